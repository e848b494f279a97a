import type { LogFilterInput } from './log-filter.js';
import { type TimeRange, type TimeRangeInput, toGivenTimeRange, toTimeRange } from './time-range.js';

/** The range asked for. Without one, traces and fingerprints tell their time themselves; anything else is of the last hour. */
export function toLogRange(
  input: TimeRangeInput & Pick<LogFilterInput, 'trace_id' | 'fingerprint'>,
  nowMs: number,
): TimeRange | undefined {
  const isNamed = input.trace_id !== undefined || input.fingerprint !== undefined;
  return isNamed ? toGivenTimeRange(input, nowMs) : toTimeRange(input, nowMs);
}
