import type { TIERS } from '../../../lib/config/identity-file.js';

export type TierName = (typeof TIERS)[number];

/** Limits in force. None is ever zero: zero would read as "unlimited" to some and as "nothing" to others. */
export interface Limits {
  /** Over all signals, bytes on the wire. */
  readonly ingestBytesPerSecond: number;
  /** After decompression. */
  readonly maxRequestBytes: number;
  readonly retentionDays: number;
  /** Compressed bytes on disk, derived tables included. */
  readonly storageBytes: number;
}

/** What a tenant has over its tier; a missing limit follows the tier, also when the tier changes later. */
export type LimitOverrides = { readonly [K in keyof Limits]: Limits[K] | undefined };

const KIB = 2 ** 10;
const MIB = 2 ** 20;
const GIB = 2 ** 30;

/**
 * Retention stays below 100 days: ClickHouse refuses an insert that touches more than 100 partitions (days), so a batch can
 * never fail for being spread over all that may still be sent.
 */
const TIER_LIMITS: Readonly<Record<TierName, Limits>> = {
  free: {
    ingestBytesPerSecond: 100 * KIB,
    maxRequestBytes: 16 * MIB,
    retentionDays: 30,
    storageBytes: 10 * GIB,
  },
  premium: {
    ingestBytesPerSecond: MIB,
    maxRequestBytes: 16 * MIB,
    retentionDays: 60,
    storageBytes: 100 * GIB,
  },
  ultimate: {
    ingestBytesPerSecond: 10 * MIB,
    maxRequestBytes: 16 * MIB,
    retentionDays: 90,
    storageBytes: 1024 * GIB,
  },
};

/** The limits in force: the tenant's own where set, else its tier's. */
export function resolveLimits(tier: TierName, overrides: LimitOverrides): Limits {
  const defaults = TIER_LIMITS[tier];
  return {
    ingestBytesPerSecond: overrides.ingestBytesPerSecond ?? defaults.ingestBytesPerSecond,
    maxRequestBytes: overrides.maxRequestBytes ?? defaults.maxRequestBytes,
    retentionDays: overrides.retentionDays ?? defaults.retentionDays,
    storageBytes: overrides.storageBytes ?? defaults.storageBytes,
  };
}
