interface Entry<T> {
  readonly value: T;
  readonly expiresAtMs: number;
}

/** A map whose entries are absent once their time is over. */
export class ExpiringMap<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  get(key: string): T | undefined {
    return this.#live(key)?.value;
  }

  set(key: string, value: T, ttlMs: number): void {
    this.#entries.set(key, { value, expiresAtMs: this.#nowMs() + ttlMs });
  }

  /** Another value for the time that is left. */
  replace(key: string, value: T): void {
    const entry = this.#live(key);
    if (entry) this.#entries.set(key, { value, expiresAtMs: entry.expiresAtMs });
  }

  values(): T[] {
    return [...this.#entries.keys()].flatMap((key) => this.get(key) ?? []);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  /** Those included that have expired since the last sweep. */
  get size(): number {
    return this.#entries.size;
  }

  sweep(): void {
    for (const key of this.#entries.keys()) if (!this.#live(key)) this.#entries.delete(key);
  }

  #live(key: string): Entry<T> | undefined {
    const entry = this.#entries.get(key);
    return entry && entry.expiresAtMs > this.#nowMs() ? entry : undefined;
  }
}
