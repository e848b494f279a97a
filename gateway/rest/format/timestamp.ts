const NANOS_PER_SECOND = 1_000_000_000n;
const TIMESTAMP = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?Z$/;

/** ISO 8601 in UTC with all nine fraction digits. */
export function formatTimestamp(unixNano: bigint): string {
  const seconds = new Date(Number(unixNano / NANOS_PER_SECOND) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(unixNano % NANOS_PER_SECOND).padStart(9, '0')}Z`;
}

/** ISO 8601 in UTC with up to nine fraction digits as Unix nanoseconds; undefined for anything else and before 1970. */
export function parseTimestamp(text: string): bigint | undefined {
  const [, seconds, fraction = ''] = TIMESTAMP.exec(text) ?? [];
  if (seconds === undefined) return undefined;
  const ms = Date.parse(`${seconds}Z`);
  // Date.parse lets 30 February pass as 2 March.
  if (Number.isNaN(ms) || ms < 0 || !new Date(ms).toISOString().startsWith(seconds)) return undefined;
  return BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}
