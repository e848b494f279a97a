/** As much of a browser as redirects and cookies need. Hosts share cookies, as ports of one host do. */
export class CookieBrowser {
  readonly cookies = new Map<string, string>();

  /** One request, redirects not followed. */
  async get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { headers: { ...headers, cookie }, redirect: 'manual' });
    for (const text of response.headers.getSetCookie()) this.#keep(text);
    return response;
  }

  /** Follows redirects, as long as `until` does not say that this is the place; returns the last URL and its answer. */
  async open(
    url: string,
    until: (url: string) => boolean = () => false,
  ): Promise<{ url: string; response: Response }> {
    let place = url;
    for (let count = 0; count < 20; count++) {
      const response = await this.get(place);
      const location = response.headers.get('location');
      if (location === null) return { url: place, response };
      place = new URL(location, place).href;
      if (until(place)) return { url: place, response };
    }
    throw new Error(`too many redirects, the last to ${place}`);
  }

  #keep(text: string): void {
    const [pair = ''] = text.split(';', 1);
    const equals = pair.indexOf('=');
    const [name, value] = [pair.slice(0, equals), pair.slice(equals + 1)];
    const isOver = value === '' || /expires=thu, 01 jan 1970/i.test(text);
    if (isOver) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}
