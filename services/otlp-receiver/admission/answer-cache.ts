import type { AppError } from '../../../lib/errors/app-error.js';
import type { Admission } from './admission.js';

export type CachedAnswer = { readonly admission: Admission } | { readonly refusal: AppError };

interface Entry {
  readonly answer: CachedAnswer;
  /** Point of `performance.now()`. */
  readonly expiresAtMs: number;
}

/** Answers of the gatekeeper while they may be reused. Bounded: of too many, the least recently written go first. */
export class AnswerCache {
  readonly #entries = new Map<string, Entry>();
  readonly #maxEntries: number;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  get(key: string): CachedAnswer | undefined {
    const entry = this.#entries.get(key);
    if (!entry || entry.expiresAtMs > performance.now()) return entry?.answer;
    this.#entries.delete(key);
    return undefined;
  }

  set(key: string, answer: CachedAnswer, ttlMs: number): void {
    if (ttlMs <= 0) return;
    this.#entries.delete(key);
    this.#entries.set(key, { answer, expiresAtMs: performance.now() + ttlMs });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#maxEntries && oldest !== undefined) this.#entries.delete(oldest);
  }
}
