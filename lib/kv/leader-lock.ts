import { randomUUID } from 'node:crypto';
import { messageOf } from '../errors/app-error.js';
import type { Closable } from '../lifecycle/lifecycle.js';
import type { Logger } from '../telemetry/logger.js';
import type { Kv } from './kv.js';

export interface LeaderLockOptions {
  readonly kv: Kv;
  /** What there is one leader of. */
  readonly name: string;
  /** How long a leader that says nothing more is still believed to be there. Default 15 s. */
  readonly ttlMs?: number;
  readonly logger: Logger;
}

const DEFAULT_TTL_MS = 15_000;
/** Renewals per life of the lock: some may fail before it is lost. */
const RENEWALS = 3;
/** A holder stops believing in its lock while the store still keeps it, because clocks do not run alike. */
const OWN_SHARE_OF_TTL = 0.8;

/** One of many processes leads; who does is settled by a lock that must be renewed. */
export class LeaderLock implements Closable {
  readonly #options: LeaderLockOptions;
  readonly #owner = randomUUID();
  readonly #ttlMs: number;
  #token: number | undefined;
  #validUntilMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: LeaderLockOptions) {
    this.#options = options;
    this.#ttlMs = options.ttlMs ?? DEFAULT_TTL_MS;
  }

  /** Tries for the first time; resolves when that is decided. Goes on trying until closed. */
  async start(): Promise<void> {
    await this.#tryOnce();
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.start(), this.#ttlMs / RENEWALS).unref();
  }

  /**
   * This process's fencing token while it leads, else undefined. Ask again before each step; whoever receives the work refuses a
   * token that is smaller than one it has seen.
   */
  get fencingToken(): number | undefined {
    return performance.now() < this.#validUntilMs ? this.#token : undefined;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    const led = this.fencingToken !== undefined;
    this.#validUntilMs = 0;
    if (led) await this.#options.kv.releaseLock(this.#options.name, this.#owner).catch(() => undefined);
  }

  async #tryOnce(): Promise<void> {
    const { kv, name, logger } = this.#options;
    const askedAtMs = performance.now();
    const led = this.fencingToken !== undefined;
    try {
      this.#token = await kv.acquireLock(name, this.#owner, this.#ttlMs);
      const leads = this.#token !== undefined && !this.#isClosed;
      this.#validUntilMs = leads ? askedAtMs + this.#ttlMs * OWN_SHARE_OF_TTL : 0;
      if (leads !== led) logger.info({ lock: name, leads }, 'leadership changed');
    } catch (error) {
      logger.debug({ lock: name, reason: messageOf(error) }, 'the lock could not be asked for');
    }
  }
}
