import { AppError } from '../../../../lib/errors/app-error.js';
import type { Kv } from '../../../../lib/kv/kv.js';
import { NearFacts } from '../../facts/near-facts.js';

export interface GitlabPausesOptions {
  readonly kv: Kv;
  /** Unix milliseconds. Default: the system's clock. */
  readonly nowMs?: () => number;
}

const EVERYBODY = 'everybody';
const DEFAULT_PAUSE_MS = 10_000;
/** GitLab's longest usual period is a minute; what says more is wrong or hostile. */
const MAX_PAUSE_MS = 600_000;
const MAX_TOKENS = 10_000;

/**
 * When GitLab wants to be left alone. Its limits count by user, or by address for who is not signed in (all gatekeepers of one
 * address then, whoever's token it was), so a pause belongs to one token or to everybody. Replicas share pauses.
 */
export class GitlabPauses {
  readonly #kv: Kv;
  readonly #nowMs: () => number;
  readonly #untilMs = new NearFacts<number>(MAX_TOKENS);

  constructor({ kv, nowMs = Date.now }: GitlabPausesOptions) {
    this.#kv = kv;
    this.#nowMs = nowMs;
  }

  /** Throws `unavailable` with the delay while the token, or everybody, has to wait. */
  async require(digest: string): Promise<void> {
    const ends = await Promise.all([this.#endOf(digest), this.#endOf(EVERYBODY)]);
    const leftMs = Math.max(...ends) - this.#nowMs();
    if (leftMs <= 0) return;
    throw new AppError(
      'unavailable',
      `GitLab's rate limit is reached. Try again in ${Math.ceil(leftMs / 1000)} s.`,
      { retryAfterMs: leftMs },
    );
  }

  /** Learns from an answer: from 429, and from a last request that was just let through. Throws when it was refused. */
  async note({ status, headers, body }: Response, digest: string): Promise<void> {
    const isRefused = status === 429;
    const isSpent = headers.get('ratelimit-remaining')?.trim() === '0';
    if (!isRefused && !isSpent) return;
    const pauseMs = this.#pauseMs(headers) ?? (isRefused ? DEFAULT_PAUSE_MS : 0);
    const isAnonymous = /unauthenticated/i.test(headers.get('ratelimit-name') ?? '');
    const scope = isAnonymous ? EVERYBODY : digest;
    if (pauseMs > 0) await this.#pause(scope, Math.min(pauseMs, MAX_PAUSE_MS));
    if (!isRefused) return;
    await body?.cancel();
    await this.require(digest);
    throw new AppError('unavailable', "GitLab's rate limit is reached. Try again shortly.", {
      retryAfterMs: 1_000,
    });
  }

  /** Retry-After in seconds or as a date, else RateLimit-Reset in Unix seconds. */
  #pauseMs(headers: Headers): number | undefined {
    const after = headers.get('retry-after')?.trim() ?? '';
    if (/^\d+$/.test(after)) return Number(after) * 1000;
    const date = Date.parse(after);
    if (!Number.isNaN(date)) return date - this.#nowMs();
    const reset = headers.get('ratelimit-reset')?.trim() ?? '';
    return /^\d+$/.test(reset) ? Number(reset) * 1000 - this.#nowMs() : undefined;
  }

  async #pause(scope: string, ms: number): Promise<void> {
    const untilMs = this.#nowMs() + ms;
    this.#untilMs.set(scope, untilMs);
    await this.#kv.set(keyOf(scope), String(untilMs), Math.ceil(ms)).catch(() => undefined);
  }

  async #endOf(scope: string): Promise<number> {
    const near = this.#untilMs.get(scope) ?? 0;
    if (near > this.#nowMs()) return near;
    const shared = await this.#kv.get(keyOf(scope)).catch(() => undefined);
    return shared === undefined ? 0 : Number(shared);
  }
}

const keyOf = (scope: string): string => `gitlab-pause:${scope}`;
