import { Signal } from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import type { TenantLimits } from '../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import { SLICES, type WindowCounter } from '../../../lib/kv/window.js';

/** Positions of the units in amounts. */
export const BYTES = 0;
export const ITEMS = 1;
export const UNITS = ['bytes', 'items'] as const;

export type SignalName = 'traces' | 'metrics' | 'logs';

export const SIGNAL_NAMES: Readonly<Partial<Record<Signal, SignalName>>> = {
  [Signal.TRACES]: 'traces',
  [Signal.METRICS]: 'metrics',
  [Signal.LOGS]: 'logs',
};

/** How much a tenant may send. */
export interface RateLimits {
  /** Sustained, bytes on the wire, over all signals. */
  readonly bytesPerSecond: number;
  /** Sustained, spans, points and records, over all signals. */
  readonly itemsPerSecond: number;
  /** Any stretch of this length may hold what the sustained rates allow in it, all at once if need be: the burst. */
  readonly windowMs: number;
}

type Figures = Pick<TenantLimits, 'ingestBytesPerSecond'> & {
  /** 0 or absent where the registry does not keep it. */
  readonly ingestBurstBytes?: bigint;
  readonly ingestItemsPerSecond?: bigint;
};

/** Burst of a tenant whose registry names none. */
const DEFAULT_BURST_SECONDS = 10;
/** A usual item takes more than this on the wire, so bytes are what limits unless items are very small. */
const DEFAULT_BYTES_PER_ITEM = 100;
/** Shorter windows would refuse single batches, longer ones keep a sender waiting that has used up its burst. */
const MIN_WINDOW_MS = 1_000;
const MAX_WINDOW_MS = 60_000;

/** The rates in force: window length follows from burst over rate. */
export function rateLimitsOf(figures: Figures): RateLimits {
  const bytesPerSecond = Number(figures.ingestBytesPerSecond);
  const burstBytes = Number(figures.ingestBurstBytes ?? 0n) || bytesPerSecond * DEFAULT_BURST_SECONDS;
  const items = Number(figures.ingestItemsPerSecond ?? 0n);
  const windowMs = Math.min(Math.max((burstBytes * 1000) / bytesPerSecond, MIN_WINDOW_MS), MAX_WINDOW_MS);
  return {
    bytesPerSecond,
    itemsPerSecond: items || Math.ceil(bytesPerSecond / DEFAULT_BYTES_PER_ITEM),
    windowMs: Math.round(windowMs / SLICES) * SLICES,
  };
}

export interface CounterOptions {
  /** Share of the tenant's limits that one signal may take. */
  readonly signalPercent: number;
  /** Part of the limits that is enforced: 1, or one over the number of those who enforce it each by itself. */
  readonly part: number;
}

/** What is counted for one signal: everything of the tenant, and the signal by itself. */
export function countersOf(
  limits: RateLimits,
  signal: SignalName,
  { signalPercent, part }: CounterOptions,
): WindowCounter[] {
  const perWindow = [limits.bytesPerSecond, limits.itemsPerSecond].map(
    (rate) => (rate * limits.windowMs * part) / 1000,
  );
  return UNITS.flatMap((name, unit) => {
    const limit = perWindow[unit] ?? 0;
    return [
      { name: `all.${name}`, unit, limit: Math.floor(limit) },
      { name: `${signal}.${name}`, unit, limit: Math.floor((limit * signalPercent) / 100) },
    ];
  });
}
