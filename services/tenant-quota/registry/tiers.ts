import type { TIERS } from '../../../lib/config/identity-file.js';
import type { LimitName, LimitOverrides } from './limits.js';

export type TierName = (typeof TIERS)[number];

export const SIGNALS = ['traces', 'metrics', 'logs'] as const;
export type SignalName = (typeof SIGNALS)[number];

/**
 * Limits in force. None is ever zero: zero would read as "unlimited" to some and as "nothing" to others. `retentionDays` is
 * the longest of the three signals.
 */
export type Limits = { readonly [K in LimitName]: number };

const KIB = 2 ** 10;
const MIB = 2 ** 20;
const GIB = 2 ** 30;

type RateOfSignal = `${SignalName}Ingest${'Bytes' | 'Items'}PerSecond`;
type TierDefaults = Omit<Limits, RateOfSignal | `${SignalName}RetentionDays`>;

/**
 * Retention stays below 100 days: ClickHouse refuses an insert that touches more than 100 partitions (days), so a batch can
 * never fail for being spread over all that may still be sent.
 */
const TIER_LIMITS: Readonly<Record<TierName, TierDefaults>> = {
  free: {
    ingestBytesPerSecond: 100 * KIB,
    ingestBurstBytes: MIB,
    ingestItemsPerSecond: 1_000,
    maxRequestBytes: 16 * MIB,
    retentionDays: 30,
    storageBytes: 10 * GIB,
    queryMaxSeconds: 10,
    queryMaxReadBytes: 20 * GIB,
    queryMaxReadRows: 200_000_000,
    queryMaxMemoryBytes: GIB,
    queryMaxConcurrent: 8,
    maxMetricSeries: 10_000,
    maxAttributeKeys: 500,
    maxAttributeValuesPerKey: 500,
  },
  premium: {
    ingestBytesPerSecond: MIB,
    ingestBurstBytes: 10 * MIB,
    ingestItemsPerSecond: 10_000,
    maxRequestBytes: 16 * MIB,
    retentionDays: 60,
    storageBytes: 100 * GIB,
    queryMaxSeconds: 20,
    queryMaxReadBytes: 100 * GIB,
    queryMaxReadRows: 1_000_000_000,
    queryMaxMemoryBytes: 2 * GIB,
    queryMaxConcurrent: 16,
    maxMetricSeries: 100_000,
    maxAttributeKeys: 1_000,
    maxAttributeValuesPerKey: 1_000,
  },
  ultimate: {
    ingestBytesPerSecond: 10 * MIB,
    ingestBurstBytes: 100 * MIB,
    ingestItemsPerSecond: 100_000,
    maxRequestBytes: 16 * MIB,
    retentionDays: 90,
    storageBytes: 1024 * GIB,
    queryMaxSeconds: 30,
    queryMaxReadBytes: 500 * GIB,
    queryMaxReadRows: 5_000_000_000,
    queryMaxMemoryBytes: 4 * GIB,
    queryMaxConcurrent: 32,
    maxMetricSeries: 1_000_000,
    maxAttributeKeys: 2_000,
    maxAttributeValuesPerKey: 5_000,
  },
};

/**
 * The limits in force: the tenant's own where set, else what its tier was set to, else the tier's built-in default. A
 * signal's retention comes before the general one at the same level only: a tenant's `retention_days` goes before its
 * tier's `logs_retention_days`. A signal's rate is a part of the tenant's: where none is set, and at the most, all of it.
 */
export function resolveLimits(
  tier: TierName,
  overrides: LimitOverrides,
  tierOverrides: LimitOverrides = {},
): Limits {
  const defaults = TIER_LIMITS[tier];
  const retentionOf = (signal: SignalName): number =>
    overrides[`${signal}RetentionDays`] ??
    overrides.retentionDays ??
    tierOverrides[`${signal}RetentionDays`] ??
    tierOverrides.retentionDays ??
    defaults.retentionDays;
  const bySignal = {
    tracesRetentionDays: retentionOf('traces'),
    metricsRetentionDays: retentionOf('metrics'),
    logsRetentionDays: retentionOf('logs'),
  };
  const retentionDays = Math.max(...Object.values(bySignal));
  const resolved = { ...defaults, ...tierOverrides, ...overrides, ...bySignal, retentionDays };
  return { ...resolved, ...signalRates(resolved) };
}

function signalRates(limits: TierDefaults & LimitOverrides): Pick<Limits, RateOfSignal> {
  const most = (unit: 'Bytes' | 'Items', signal: SignalName) => {
    const all = limits[`ingest${unit}PerSecond`];
    return Math.min(limits[`${signal}Ingest${unit}PerSecond`] ?? all, all);
  };
  return {
    tracesIngestBytesPerSecond: most('Bytes', 'traces'),
    metricsIngestBytesPerSecond: most('Bytes', 'metrics'),
    logsIngestBytesPerSecond: most('Bytes', 'logs'),
    tracesIngestItemsPerSecond: most('Items', 'traces'),
    metricsIngestItemsPerSecond: most('Items', 'metrics'),
    logsIngestItemsPerSecond: most('Items', 'logs'),
  };
}
