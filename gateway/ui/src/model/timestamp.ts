const isoPattern = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/;
const nanosPerMs = 1_000_000n;
const nanosPerSecond = 1_000_000_000n;

/**
 * Reads an ISO-8601 time with up to nine fraction digits as nanoseconds since the Unix epoch.
 * A `Date` keeps milliseconds only, which would lose the order of spans. Undefined when unreadable.
 */
export function parseTimestamp(text: string): bigint | undefined {
  const [, seconds, fraction = '', zone] = isoPattern.exec(text) ?? [];
  const epochMs = Date.parse(`${seconds}${zone}`);
  if (Number.isNaN(epochMs)) return undefined;
  return BigInt(epochMs) * nanosPerMs + BigInt(fraction.padEnd(9, '0'));
}

/** Milliseconds since the epoch, rounded down: what `Date` can hold. */
function toEpochMs(unixNano: bigint): number {
  return Number(unixNano / nanosPerMs);
}

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

/** `2031-02-03 04:05:06.007` in the reader's own time zone. */
export function formatLocalTime(unixNano: bigint): string {
  const date = new Date(toEpochMs(unixNano));
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  return `${day} ${time}.${pad(date.getMilliseconds(), 3)}`;
}

/** `2031-02-03T04:05:06.007000001Z`: UTC with all nine digits. */
export function formatUtcTime(unixNano: bigint): string {
  const seconds = new Date(toEpochMs(unixNano)).toISOString().slice(0, 19);
  return `${seconds}.${String(unixNano % nanosPerSecond).padStart(9, '0')}Z`;
}

/** `12 s ago`, with the largest fitting unit. Clocks may differ: a time ahead of ours counts as now. */
export function formatAge(unixNano: bigint, nowMs: number): string {
  const seconds = Math.floor((nowMs - toEpochMs(unixNano)) / 1000);
  if (seconds < 2) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}
