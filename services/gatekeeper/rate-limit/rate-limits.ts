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

/** Sustained rates of one signal. */
export interface SignalRates {
  readonly bytesPerSecond: number;
  readonly itemsPerSecond: number;
}

/** How much a tenant may send. */
export interface RateLimits {
  /** Sustained, bytes on the wire, over all signals. */
  readonly bytesPerSecond: number;
  /** Sustained, spans, points and records, over all signals. */
  readonly itemsPerSecond: number;
  /** Of them, what one signal may take: the same or less. */
  readonly ofSignal: Readonly<Record<SignalName, SignalRates>>;
  /** Any stretch of this length may hold what the sustained rates allow in it, all at once if need be: the burst. */
  readonly windowMs: number;
}

/** 0 or absent where the registry does not keep it. */
type OptionalFigure =
  | 'ingestBurstBytes'
  | 'ingestItemsPerSecond'
  | `${SignalName}Ingest${'Bytes' | 'Items'}PerSecond`;
type Figures = Pick<TenantLimits, 'ingestBytesPerSecond'> & Partial<Pick<TenantLimits, OptionalFigure>>;

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
  const itemsPerSecond =
    Number(figures.ingestItemsPerSecond ?? 0n) || Math.ceil(bytesPerSecond / DEFAULT_BYTES_PER_ITEM);
  const ofSignal = (signal: SignalName): SignalRates => ({
    bytesPerSecond: part(figures[`${signal}IngestBytesPerSecond`], bytesPerSecond),
    itemsPerSecond: part(figures[`${signal}IngestItemsPerSecond`], itemsPerSecond),
  });
  const windowMs = Math.min(Math.max((burstBytes * 1000) / bytesPerSecond, MIN_WINDOW_MS), MAX_WINDOW_MS);
  return {
    bytesPerSecond,
    itemsPerSecond,
    ofSignal: { traces: ofSignal('traces'), metrics: ofSignal('metrics'), logs: ofSignal('logs') },
    windowMs: Math.round(windowMs / SLICES) * SLICES,
  };
}

function part(figure: bigint | undefined, whole: number): number {
  return Math.min(Number(figure ?? 0n) || whole, whole);
}

/** What is counted for one signal: everything of the tenant, and the signal by itself, which may take so much of the limits. */
export function countersOf(limits: RateLimits, signal: SignalName, signalPercent: number): WindowCounter[] {
  const perWindow = (rate: number) => (rate * limits.windowMs) / 1000;
  const own = limits.ofSignal[signal];
  const rates = [
    [limits.bytesPerSecond, own.bytesPerSecond],
    [limits.itemsPerSecond, own.itemsPerSecond],
  ] as const;
  return rates.flatMap(([all, ofSignal], unit) => {
    const most = Math.min(perWindow(ofSignal), (perWindow(all) * signalPercent) / 100);
    return [
      { name: `all.${UNITS[unit]}`, unit, limit: Math.floor(perWindow(all)) },
      { name: `${signal}.${UNITS[unit]}`, unit, limit: Math.floor(most) },
    ];
  });
}
