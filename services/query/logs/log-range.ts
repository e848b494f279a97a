import type { TimeRange } from '../../../gen/es/gob/query/v1/query_pb.js';
import type { Reading } from '../clickhouse/reading.js';
import { type TraceTimeRow, traceTime } from '../sql/traces/trace-time.js';
import { HOUR_NANO, intersect, type Range, readRange, storedRange } from '../time/time-range.js';
import type { LogFilter } from './log-filter.js';

/** How far from the spans of a trace its records are looked for: clocks differ, and work goes on after the last span began. */
const TRACE_MARGIN_NANO = HOUR_NANO;

/** The range asked for; undefined when there is none and none is needed. */
export function readLogRange(range: TimeRange | undefined, filter: LogFilter): Range | undefined {
  const isNamed = filter.fingerprints.length > 0 || filter.traceIds.length > 0;
  return range === undefined && isNamed ? undefined : readRange(range);
}

/** The range in which records named by the filter lie: told by fingerprints, or by the spans of the traces. */
export async function rangeOfFilter(reading: Reading, filter: LogFilter): Promise<Range> {
  const stored = storedRange(reading.nowMs, reading.reader.retentionDays);
  const [first] = filter.fingerprints;
  // Sorted by time.
  if (first)
    return { startUnixNano: first.unixNano, endUnixNano: filter.fingerprints.at(-1)?.unixNano ?? 0n };
  const [row] = await reading.rows<TraceTimeRow>(traceTime(filter.traceIds, stored));
  const firstStart = BigInt(row?.first_start ?? 0);
  // Without spans nothing tells the time, as when a trace was not sampled.
  if (firstStart === 0n) return stored;
  const around = {
    startUnixNano: firstStart - TRACE_MARGIN_NANO,
    endUnixNano: BigInt(row?.last_start ?? 0) + TRACE_MARGIN_NANO,
  };
  return intersect(around, stored) ?? stored;
}
