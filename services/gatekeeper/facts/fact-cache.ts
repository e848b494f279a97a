import { AppError, messageOf } from '../../../lib/errors/app-error.js';
import type { Kv } from '../../../lib/kv/kv.js';
import { takeLock } from '../../../lib/kv/short-lock.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import type { Counter } from '../../../lib/telemetry/metrics.js';
import { type Fact, type FactKind, readFact, writeFact } from './fact.js';
import { NearFacts } from './near-facts.js';

export interface FactCacheOptions {
  readonly kv: Kv;
  /** How much longer than its life a positive fact is believed while nobody can say anything newer. */
  readonly staleForMs: number;
  readonly logger: Logger;
  /** Counts where answers came from. */
  readonly answers: Counter<'kind' | 'source'>;
  /** Unix milliseconds. Default: the system's clock. */
  readonly nowMs?: () => number;
}

interface Question<T> {
  readonly kind: FactKind<T>;
  readonly key: string;
  readonly load: () => Promise<T>;
}

/** Longer than a load may take, so that a lock ends by itself only after its owner did. */
const LOCK_MS = 15_000;
const POLL_MS = 25;
/** After a failure nobody asks about the same fact again for this long. */
const PAUSE_AFTER_FAILURE_MS = 2_000;
const MAX_NEAR_FACTS = 20_000;

/**
 * Facts of somebody else, kept for a while: near in this process and in the store that all replicas share. However many ask, in
 * however many processes, one of them loads. While the source is away, a positive fact is believed for a bounded time.
 */
export class FactCache {
  readonly #options: FactCacheOptions;
  readonly #near = new NearFacts<Fact>(MAX_NEAR_FACTS);
  readonly #failures = new NearFacts<{ readonly error: AppError; readonly untilMs: number }>(MAX_NEAR_FACTS);
  readonly #flights = new Map<string, Promise<unknown>>();
  readonly #nowMs: () => number;

  constructor(options: FactCacheOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? Date.now;
  }

  /**
   * What is known of `id`, which holds no secret. Rejects with what `load` rejects with, which is remembered only when it is
   * `unavailable`, and only for a moment.
   */
  get<T>(kind: FactKind<T>, id: string, load: () => Promise<T>): Promise<T> {
    const key = `fact:${kind.name}:${id}`;
    const near = this.#near.get(key);
    if (near && this.#isFresh(near)) return Promise.resolve(this.#answer(kind, near, 'memory'));
    const running = this.#flights.get(key) as Promise<T> | undefined;
    if (running) return running;
    const flight = this.#refresh({ kind, key, load }).finally(() => this.#flights.delete(key));
    this.#flights.set(key, flight);
    return flight;
  }

  async #refresh<T>(question: Question<T>): Promise<T> {
    const { kind, key } = question;
    const failed = this.#failures.get(key);
    try {
      if (failed && failed.untilMs > this.#nowMs()) throw failed.error;
      const shared = await this.#readShared(question);
      if (shared && this.#isFresh(shared)) return this.#answer(kind, shared, 'shared');
      return await this.#loadAlone(question);
    } catch (error) {
      return this.#stale(question, error);
    }
  }

  /** While another process loads, waits for what it finds; loads itself when that one gives up, or when nobody can say. */
  async #loadAlone<T>(question: Question<T>): Promise<T> {
    const { kv } = this.#options;
    const { kind, key } = question;
    const deadlineMs = performance.now() + LOCK_MS;
    while (performance.now() < deadlineMs) {
      const release = await takeLock(kv, key, LOCK_MS).catch(() => 'away' as const);
      if (release === 'away') return this.#load(question);
      const shared = await this.#readShared(question);
      const isAnswered = shared !== undefined && this.#isFresh(shared);
      if (release)
        try {
          return isAnswered ? this.#answer(kind, shared, 'shared') : await this.#load(question);
        } finally {
          await release();
        }
      if (isAnswered) return this.#answer(kind, shared, 'shared');
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    return this.#load(question);
  }

  async #load<T>({ kind, key, load }: Question<T>): Promise<T> {
    const value = await load();
    const isPositive = kind.isPositive(value);
    const ttlMs = isPositive ? kind.ttlMs : kind.negativeTtlMs;
    const freshUntilMs = this.#nowMs() + ttlMs;
    const endsMs = freshUntilMs + (isPositive ? this.#options.staleForMs : 0);
    const fact: Fact = { value, freshUntilMs, endsMs };
    this.#near.set(key, fact);
    this.#failures.delete(key);
    await this.#options.kv
      .set(key, writeFact(fact), Math.max(1, endsMs - this.#nowMs()))
      .catch((error) => this.#noteStoreAway(error));
    return this.#answer(kind, fact, 'source');
  }

  #stale<T>({ kind, key }: Question<T>, error: unknown): T {
    if (!(error instanceof AppError) || error.code !== 'unavailable') throw error;
    const failed = this.#failures.get(key);
    if (failed?.error !== error) {
      const waitMs = Math.max(PAUSE_AFTER_FAILURE_MS, error.retryAfterMs ?? 0);
      this.#failures.set(key, { error, untilMs: this.#nowMs() + waitMs });
    }
    const near = this.#near.get(key);
    if (!near || near.endsMs <= this.#nowMs()) throw error;
    return this.#answer(kind, near, 'stale');
  }

  async #readShared<T>({ kind, key }: Question<T>): Promise<Fact | undefined> {
    try {
      const text = await this.#options.kv.get(key);
      const fact = text === undefined ? undefined : readFact(kind, text);
      if (fact && fact.endsMs > this.#nowMs()) this.#near.set(key, fact);
      return fact;
    } catch (error) {
      this.#noteStoreAway(error);
      return undefined;
    }
  }

  #isFresh({ freshUntilMs }: Fact): boolean {
    return freshUntilMs > this.#nowMs();
  }

  #answer<T>(kind: FactKind<T>, fact: Fact, source: string): T {
    this.#options.answers.inc({ kind: kind.name, source });
    return fact.value as T;
  }

  #noteStoreAway(error: unknown): void {
    this.#options.logger.debug({ reason: messageOf(error) }, 'a fact was not shared');
  }
}
