import { AppError, messageOf } from '../../errors/app-error.js';
import { within } from '../../lifecycle/lifecycle.js';
import type { Logger } from '../../telemetry/logger.js';
import type { RedisClient } from './connect-redis.js';

export interface RedisLinkOptions {
  /** Longest wait for an answer, and for a connection that was lost a moment ago. */
  readonly timeoutMs: number;
  readonly logger: Logger;
}

/** Commands that may wait for a connection; beyond them, and after a moment, the caller is told at once. */
const MAX_WAITING = 1_000;
/** A connection that comes back within this is worth waiting for. */
const RECONNECT_GRACE_MS = 1_000;
const PROBE_INTERVAL_MS = 250;

/**
 * Commands to a Redis that may be away. Every command ends within the timeout; while Redis is away commands fail at once, so that
 * nobody who can do without waits for it. Being away and being back are logged once each.
 */
export class RedisLink {
  readonly #client: RedisClient;
  readonly #options: RedisLinkOptions;
  readonly #waiting = new Set<(isReady: boolean) => void>();
  #isSilent = false;
  #lostAtMs = performance.now();
  #isReported = false;
  #probe: NodeJS.Timeout | undefined;
  #isClosed = false;
  #interruptions = 0;

  constructor(client: RedisClient, options: RedisLinkOptions) {
    this.#client = client;
    this.#options = options;
    client.on('ready', () => this.#onReady());
    client.on('close', () => this.#onLost('the connection was lost'));
    client.on('error', (error: unknown) => this.#onLost(messageOf(error)));
  }

  /** Losses of the connection so far, and silences. */
  get interruptions(): number {
    return this.#interruptions;
  }

  /** Whether commands are worth a try at this moment. */
  get isUp(): boolean {
    return this.#client.status === 'ready' && !this.#isSilent;
  }

  /** Rejects with `unavailable` for whatever keeps Redis from answering, else with what Redis says. */
  async run<T>(command: (client: RedisClient) => Promise<T>): Promise<T> {
    if (!this.isUp && !(await this.#becomesReady())) throw away();
    try {
      return await within(this.#options.timeoutMs, command(this.#client));
    } catch (error) {
      if (isReply(error)) throw error;
      this.#suspect(messageOf(error));
      throw away(error);
    }
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#probe);
    this.#settleWaiting(false);
    this.#client.disconnect();
  }

  #becomesReady(): Promise<boolean> {
    const isRecent = performance.now() - this.#lostAtMs < RECONNECT_GRACE_MS;
    if (this.#isClosed || this.#isSilent || !isRecent || this.#waiting.size >= MAX_WAITING)
      return Promise.resolve(false);
    return new Promise((resolve) => {
      const settle = (isReady: boolean) => {
        clearTimeout(timer);
        this.#waiting.delete(settle);
        resolve(isReady);
      };
      const timer = setTimeout(() => settle(false), this.#options.timeoutMs);
      this.#waiting.add(settle);
    });
  }

  #onReady(): void {
    this.#isSilent = false;
    clearTimeout(this.#probe);
    if (this.#isReported) this.#options.logger.info('Redis is back');
    this.#isReported = false;
    this.#lostAtMs = Number.NEGATIVE_INFINITY;
    this.#settleWaiting(true);
  }

  #onLost(reason: string): void {
    if (this.#isClosed) return;
    if (this.#lostAtMs === Number.NEGATIVE_INFINITY) {
      this.#lostAtMs = performance.now();
      this.#interruptions += 1;
    }
    if (!this.#isReported) this.#options.logger.warn({ reason }, 'Redis is away');
    this.#isReported = true;
  }

  /** The connection stands and nothing comes over it: nobody else shall wait until something does. */
  #suspect(reason: string): void {
    if (this.#client.status !== 'ready' || this.#isSilent || this.#isClosed) return;
    this.#isSilent = true;
    this.#onLost(reason);
    this.#probeLater();
  }

  #probeLater(): void {
    this.#probe = setTimeout(async () => {
      try {
        await within(this.#options.timeoutMs, this.#client.ping());
        if (this.#client.status === 'ready') this.#onReady();
      } catch {
        if (this.#isSilent && !this.#isClosed) this.#probeLater();
      }
    }, PROBE_INTERVAL_MS).unref();
  }

  #settleWaiting(isReady: boolean): void {
    for (const settle of [...this.#waiting]) settle(isReady);
  }
}

/** An answer of Redis itself, which is a fault of ours or of its configuration. */
function isReply(error: unknown): boolean {
  return (
    error instanceof Error &&
    error.name === 'ReplyError' &&
    !/^(LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|READONLY|BUSY|OOM|MISCONF)/.test(error.message)
  );
}

function away(cause?: unknown): AppError {
  return new AppError('unavailable', 'Shared state cannot be reached at the moment; try again shortly.', {
    cause,
    retryAfterMs: 2_000,
  });
}
