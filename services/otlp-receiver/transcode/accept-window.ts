const NANOS_PER_SECOND = 1_000_000_000n;
const NANOS_PER_DAY = 86_400n * NANOS_PER_SECOND;
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
  return {
    fromUnixNano: nowUnixNano - BigInt(retentionDays) * NANOS_PER_DAY,
    toUnixNano: nowUnixNano + MAX_AHEAD_UNIX_NANO,
    description: `the last ${retentionDays} days and the next hour`,
  };
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
