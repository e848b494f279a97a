import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../../../lib/errors/app-error.js';
import type { Kv } from '../../../lib/kv/kv.js';
import type { Lease, Locks } from './lock.js';

/** How long a lock outlives a holder that died. */
const TTL_MS = 15_000;
const RENEW_INTERVAL_MS = 4_000;
/** A holder stops believing in its lock this long before the store forgets it, so that a slow clock or call does no harm. */
const SAFETY_MS = 5_000;
/** Numbers of holders must outlive every holder. */
const FENCE_TTL_MS = 400 * 86_400_000;
const WAIT_MS = 10_000;
const RETRY_MIN_MS = 10;
const RETRY_MAX_MS = 200;

/** Locks in a store that replicas share; with the in-memory one they hold inside this process, which is then the only one. */
export class KvLocks implements Locks {
  readonly #kv: Kv;
  /** Callers inside this process queue up here instead of asking the store over and over. */
  readonly #queues = new Map<string, Promise<unknown>>();

  constructor(kv: Kv) {
    this.#kv = kv;
  }

  async tryAcquire(name: string): Promise<Lease | undefined> {
    const key = `tenant-quota:lock:${name}`;
    const holder = randomUUID();
    const askedAtMs = performance.now();
    if (!(await this.#kv.setIfAbsent(key, holder, TTL_MS))) return undefined;
    const fence = await this.#nextFence(name);
    return new KvLease(this.#kv, { key, holder, fence, askedAtMs });
  }

  async run<T>(name: string, signal: AbortSignal, work: (lease: Lease) => Promise<T>): Promise<T> {
    const before = this.#queues.get(name) ?? Promise.resolve();
    const turn = before.then(() => this.#runExclusive(name, signal, work));
    const settled = turn.catch(() => undefined);
    this.#queues.set(name, settled);
    settled.then(() => {
      if (this.#queues.get(name) === settled) this.#queues.delete(name);
    });
    return turn;
  }

  async #runExclusive<T>(name: string, signal: AbortSignal, work: (lease: Lease) => Promise<T>): Promise<T> {
    const lease = await this.#acquire(name, signal);
    try {
      return await work(lease);
    } finally {
      await lease.release();
    }
  }

  async #acquire(name: string, signal: AbortSignal): Promise<Lease> {
    const startedAtMs = performance.now();
    for (let delayMs = RETRY_MIN_MS; ; delayMs = Math.min(delayMs * 2, RETRY_MAX_MS)) {
      signal.throwIfAborted();
      const lease = await this.tryAcquire(name);
      if (lease) return lease;
      if (performance.now() - startedAtMs > WAIT_MS)
        throw new AppError(
          'unavailable',
          `Another change has been going on for ${WAIT_MS / 1000} s; try again shortly.`,
          { retryAfterMs: 2_000 },
        );
      await pause(delayMs * (0.5 + Math.random()), undefined, { signal });
    }
  }

  /** The clock gives it a meaning beyond a restart of the store; the number before it keeps it growing. */
  async #nextFence(name: string): Promise<number> {
    const key = `tenant-quota:fence:${name}`;
    const previous = Number((await this.#kv.get(key)) ?? 0);
    const fence = Math.max(Date.now(), previous + 1);
    await this.#kv.set(key, String(fence), FENCE_TTL_MS);
    return fence;
  }
}

interface Holding {
  readonly key: string;
  readonly holder: string;
  readonly fence: number;
  /** Point of `performance.now()` before the store was asked, so before its time began to run. */
  readonly askedAtMs: number;
}

class KvLease implements Lease {
  readonly fence: number;
  readonly #kv: Kv;
  readonly #holding: Holding;
  readonly #lost = new AbortController();
  readonly #renewer: NodeJS.Timeout;
  #expiry: NodeJS.Timeout | undefined;
  #validUntilMs = 0;

  constructor(kv: Kv, holding: Holding) {
    this.#kv = kv;
    this.#holding = holding;
    this.fence = holding.fence;
    this.#extend(holding.askedAtMs);
    this.#renewer = setInterval(() => void this.#renew(), RENEW_INTERVAL_MS).unref();
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  async verify(): Promise<void> {
    const isOurs = await this.#isOurs();
    if (isOurs && !this.#lost.signal.aborted && performance.now() < this.#validUntilMs) return;
    this.#lose();
    throw lostError();
  }

  async release(): Promise<void> {
    // After that time the key may be another's.
    const mayDelete = !this.#lost.signal.aborted && performance.now() < this.#validUntilMs;
    this.#lose();
    if (mayDelete && (await this.#isOurs().catch(() => false)))
      await this.#kv.delete(this.#holding.key).catch(() => undefined);
  }

  async #isOurs(): Promise<boolean> {
    return (await this.#kv.get(this.#holding.key)) === this.#holding.holder;
  }

  /** Fails silently: the time runs out by itself. */
  async #renew(): Promise<void> {
    const askedAtMs = performance.now();
    try {
      if (this.#lost.signal.aborted || !(await this.#isOurs())) return this.#lose();
      if (performance.now() >= this.#validUntilMs) return this.#lose();
      await this.#kv.set(this.#holding.key, this.#holding.holder, TTL_MS);
      if (!this.#lost.signal.aborted) this.#extend(askedAtMs);
    } catch {
      // The next renewal tries again while there is time.
    }
  }

  #extend(askedAtMs: number): void {
    this.#validUntilMs = askedAtMs + TTL_MS - SAFETY_MS;
    clearTimeout(this.#expiry);
    this.#expiry = setTimeout(() => this.#lose(), this.#validUntilMs - performance.now()).unref();
  }

  #lose(): void {
    clearInterval(this.#renewer);
    clearTimeout(this.#expiry);
    if (!this.#lost.signal.aborted) this.#lost.abort(lostError());
  }
}

function lostError(): AppError {
  return new AppError('unavailable', 'The lock was lost meanwhile; try again shortly.', {
    retryAfterMs: 1_000,
  });
}
