const anyOrigin = 'http://same.invalid';

/**
 * The page to return to after sign-in, or undefined when the value is not a path of this site.
 * Browsers read `//host` and `/\host` as another site and drop tabs and line breaks, so the value
 * is judged after the URL parser has seen it.
 */
export function safeReturnPath(value: unknown): string | undefined {
  if (typeof value !== 'string' || !value.startsWith('/') || value.includes('\\')) return undefined;
  if (!URL.canParse(value, anyOrigin)) return undefined;
  const url = new URL(value, anyOrigin);
  const path = url.pathname + url.search + url.hash;
  // `/a/..//host` stays on this origin but its normal form begins with two slashes.
  if (url.origin !== anyOrigin || path.startsWith('//') || url.pathname === '/sign-in') return undefined;
  return path;
}

/** The one-time token of a sign-in link's fragment (`#token=…`); undefined when there is none. */
export function readSignInToken(hash: string): string | undefined {
  return new URLSearchParams(hash.replace(/^#/, '')).get('token') || undefined;
}
