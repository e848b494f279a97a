import type { Kv } from './kv.js';

interface Entry {
  value: string;
  readonly expiresAtMs: number;
}

const SWEEP_INTERVAL_MS = 10_000;

/** Kv inside this process, for one machine. A restart forgets everything. `nowMs` is the clock, for tests. */
export class MemoryKv implements Kv {
  readonly #entries = new Map<string, Entry>();
  readonly #nowMs: () => number;
  readonly #sweeper: NodeJS.Timeout;

  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs;
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_INTERVAL_MS).unref();
  }

  async get(key: string): Promise<string | undefined> {
    return this.#live(key)?.value;
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    this.#entries.set(key, { value, expiresAtMs: this.#nowMs() + ttlMs });
  }

  async setIfAbsent(key: string, value: string, ttlMs: number): Promise<boolean> {
    if (this.#live(key)) return false;
    await this.set(key, value, ttlMs);
    return true;
  }

  async take(key: string): Promise<string | undefined> {
    const entry = this.#live(key);
    this.#entries.delete(key);
    return entry?.value;
  }

  async increment(key: string, ttlMs: number): Promise<number> {
    const entry = this.#live(key);
    if (!entry) {
      await this.set(key, '1', ttlMs);
      return 1;
    }
    entry.value = String(Number(entry.value) + 1);
    return Number(entry.value);
  }

  async delete(key: string): Promise<void> {
    this.#entries.delete(key);
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    this.#entries.clear();
  }

  #live(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    return entry && entry.expiresAtMs > this.#nowMs() ? entry : undefined;
  }

  #sweep(): void {
    for (const key of this.#entries.keys()) if (!this.#live(key)) this.#entries.delete(key);
  }
}
