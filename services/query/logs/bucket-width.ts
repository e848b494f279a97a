import type { Range } from '../time/time-range.js';

const SECOND_NANO = 1_000_000_000n;
const MINUTE = 60n;
const HOUR = 3_600n;
const DAY = 86_400n;

/** Widths that people read easily, in seconds. */
const WIDTHS = [
  1n,
  5n,
  10n,
  30n,
  MINUTE,
  2n * MINUTE,
  5n * MINUTE,
  10n * MINUTE,
  30n * MINUTE,
  HOUR,
  2n * HOUR,
  6n * HOUR,
  12n * HOUR,
  DAY,
  7n * DAY,
  30n * DAY,
] as const;
/** About as many bars as a histogram has room for. */
const MAX_BUCKETS = 60n;

/** The smallest width, in nanoseconds, with which a range has at most 60 buckets (one more where they are not aligned to it). */
export function bucketWidthOf({ startUnixNano, endUnixNano }: Range): bigint {
  const width = endUnixNano - startUnixNano;
  const seconds = WIDTHS.find((candidate) => width <= candidate * SECOND_NANO * MAX_BUCKETS);
  if (seconds !== undefined) return seconds * SECOND_NANO;
  const days = width / (DAY * SECOND_NANO * MAX_BUCKETS) + 1n;
  return days * DAY * SECOND_NANO;
}
