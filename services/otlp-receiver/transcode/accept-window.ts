const NANOS_PER_SECOND = 1_000_000_000n;
const SECONDS_PER_DAY = 86_400;
const NANOS_PER_DAY = BigInt(SECONDS_PER_DAY) * NANOS_PER_SECOND;
/** Clocks of exporters may be ahead by this much. */
const MAX_AHEAD_UNIX_NANO = 3_600n * NANOS_PER_SECOND;
/** Last instant of a `DateTime64(9)`, which is a signed 64-bit count (2262-04-11). */
export const MAX_DATETIME64_UNIX_NANO = 2n ** 63n - 1n;

/** Times that are stored: older ones are past retention, and every further day would be one more partition to write. */
export interface AcceptWindow {
  readonly fromUnixNano: bigint;
  readonly toUnixNano: bigint;
  /** For sentences: `the last 30 days and the next hour`. */
  readonly description: string;
}

export function acceptWindow(nowUnixNano: bigint, retentionDays: number): AcceptWindow {
  const retentionSeconds = BigInt(Math.floor(retentionDays * SECONDS_PER_DAY));
  return {
    fromUnixNano: nowUnixNano - retentionSeconds * NANOS_PER_SECOND,
    toUnixNano: nowUnixNano + MAX_AHEAD_UNIX_NANO,
    description: `the last ${Number(retentionDays.toFixed(2))} days and the next hour`,
  };
}

/**
 * The retention, or less when earlier days were dropped to hold the tenant's storage quota: what is sent of them now would only
 * be dropped again.
 */
export function acceptedDays(nowMs: number, retentionDays: number, acceptFromDay = 0): number {
  const sinceFirstDay = nowMs / 1000 / SECONDS_PER_DAY - acceptFromDay;
  return Math.max(0, Math.min(retentionDays, sinceFirstDay));
}

/** Days since 1970 in UTC: the partition of a row. */
export function dayOf(unixNano: bigint): number {
  return Number(unixNano / NANOS_PER_DAY);
}

/** An instant for a sentence, to the second; 0 means that the field was not set. */
export function describeTime(unixNano: bigint): string {
  if (unixNano === 0n) return '0 (not set)';
  const ms = Number(unixNano / 1_000_000n);
  const isCalendarTime = ms <= 8.64e15;
  return isCalendarTime ? new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z') : String(unixNano);
}
