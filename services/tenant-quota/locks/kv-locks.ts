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
    const holding = { name: `tenant-quota:${name}`, holder: randomUUID(), askedAtMs: performance.now() };
    const fence = await this.#kv.acquireLock(holding.name, holding.holder, TTL_MS);
    return fence === undefined ? undefined : new KvLease(this.#kv, { ...holding, fence });
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
}

interface Holding {
  readonly name: string;
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
    // One that fails is no harm: the next one tries again while there is time, and the time runs out by itself.
    this.#renewer = setInterval(() => void this.#renew().catch(() => undefined), RENEW_INTERVAL_MS).unref();
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  async verify(): Promise<void> {
    if (!(await this.#renew())) throw lostError();
  }

  async release(): Promise<void> {
    this.#lose();
    const { name, holder } = this.#holding;
    await this.#kv.releaseLock(name, holder).catch(() => undefined);
  }

  /** Whether the lock is ours for another while. One that was lost and is free again comes with another number: it is no renewal. */
  async #renew(): Promise<boolean> {
    const { name, holder } = this.#holding;
    const askedAtMs = performance.now();
    const fence = this.#lost.signal.aborted ? undefined : await this.#kv.acquireLock(name, holder, TTL_MS);
    if (fence === this.fence && !this.#lost.signal.aborted && performance.now() < this.#validUntilMs) {
      this.#extend(askedAtMs);
      return true;
    }
    await this.release();
    return false;
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
