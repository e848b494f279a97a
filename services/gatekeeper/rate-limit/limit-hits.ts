import { z } from 'zod';
import { messageOf } from '../../../lib/errors/app-error.js';
import type { Kv } from '../../../lib/kv/kv.js';
import type { Closable } from '../../../lib/lifecycle/lifecycle.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import type { Counter } from '../../../lib/telemetry/metrics.js';

const limitHit = z.object({
  tenantId: z.number(),
  projectId: z.string(),
  signal: z.enum(['traces', 'metrics', 'logs']),
  firstMs: z.number(),
  lastMs: z.number(),
  count: z.number(),
  limit: z.string(),
  measured: z.string(),
  message: z.string(),
});

/** Refusals of one project and signal within a minute. */
export type LimitHit = Readonly<z.infer<typeof limitHit>>;

export type NewLimitHit = Pick<
  LimitHit,
  'tenantId' | 'projectId' | 'signal' | 'limit' | 'measured' | 'message'
>;

export interface LimitHitsOptions {
  readonly kv: Kv;
  readonly hits: Counter<'signal'>;
  readonly logger: Logger;
  /** Told of the first refusal in each minute. */
  readonly onFirst: (hit: LimitHit) => void;
  readonly nowMs?: () => number;
}

const MAX_PER_TENANT = 200;
const KEPT_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;
const FLUSH_INTERVAL_MS = 5_000;
/** Of a minute. What is beyond is counted in the metric only. */
const MAX_OPEN = 2_000;

/**
 * Who was refused, in minutes: those of the running minute in this process, the last ones of each tenant in the shared store, where
 * a minute arrives within seconds after its end.
 */
export class LimitHits implements Closable {
  readonly #options: LimitHitsOptions;
  readonly #open = new Map<string, LimitHit>();
  readonly #nowMs: () => number;
  readonly #timer: NodeJS.Timeout;

  constructor(options: LimitHitsOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? Date.now;
    this.#timer = setInterval(() => void this.#flush(minuteOf(this.#nowMs())), FLUSH_INTERVAL_MS).unref();
  }

  record(hit: NewLimitHit, count = 1): void {
    this.#options.hits.inc({ signal: hit.signal }, count);
    const nowMs = this.#nowMs();
    const key = `${minuteOf(nowMs)} ${hit.tenantId} ${hit.projectId} ${hit.signal}`;
    const before = this.#open.get(key);
    if (!before && this.#open.size >= MAX_OPEN) return;
    const { firstMs, count: counted } = before ?? { firstMs: nowMs, count: 0 };
    // What else the caller knows of the refusal need not be JSON.
    const entry = limitHit.parse({ ...hit, firstMs, lastMs: nowMs, count: counted + count });
    this.#open.set(key, entry);
    if (!before) this.#options.onFirst(entry);
  }

  /** Adds refusals that somebody else made because of one that is recorded already; unknown ones are only counted. */
  addMore(
    { tenantId, projectId, signal }: Pick<LimitHit, 'tenantId' | 'projectId' | 'signal'>,
    count: number,
  ): void {
    const known = [...this.#open.values()].findLast(
      (hit) => hit.tenantId === tenantId && hit.projectId === projectId && hit.signal === signal,
    );
    if (known) this.record(known, count);
    else this.#options.hits.inc({ signal }, count);
  }

  /** The latest first. */
  async list(tenantId: number): Promise<LimitHit[]> {
    const open = [...this.#open.values()].filter((hit) => hit.tenantId === tenantId);
    const stored = await this.#options.kv.list(keyOf(tenantId));
    const known = stored.flatMap((text) => limitHit.safeParse(JSON.parse(text)).data ?? []);
    return [...open, ...known].sort((a, b) => b.lastMs - a.lastMs).slice(0, MAX_PER_TENANT);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#flush(Number.POSITIVE_INFINITY);
  }

  /** Stores the minutes that ended before this one. */
  async #flush(beforeMinute: number): Promise<void> {
    const ended = [...this.#open].filter(([, hit]) => minuteOf(hit.firstMs) < beforeMinute);
    for (const [key, hit] of ended) {
      this.#open.delete(key);
      try {
        const bounds = { maxLength: MAX_PER_TENANT, ttlMs: KEPT_MS };
        await this.#options.kv.push(keyOf(hit.tenantId), JSON.stringify(hit), bounds);
      } catch (error) {
        this.#options.logger.debug({ reason: messageOf(error) }, 'a limit hit was not stored');
      }
    }
  }
}

const minuteOf = (ms: number): number => Math.floor(ms / MINUTE_MS);
const keyOf = (tenantId: number): string => `limit-hits:{${tenantId}}`;
