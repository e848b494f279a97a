import type { Reading } from '../clickhouse/reading.js';
import {
  longTraceSummaries,
  type SummaryRow,
  type TraceExtentRow,
  type TraceHour,
  traceExtents,
  traceSummaries,
} from '../sql/traces/trace-summaries.js';
import { earlier, HOUR_NANO, later, type Range } from '../time/time-range.js';

/**
 * Summaries of traces, each over all that is stored of it. Nearly every trace lies within an hour of any of its spans. Which ones
 * reach further is asked at the same time and not first: few do, and both statements are about equally long.
 * @param traces each once, with when one of its spans starts
 * @param stored where rows of the tenant can lie
 */
export async function summariesOfTraces(
  reading: Reading,
  traces: readonly TraceHour[],
  stored: Range,
): Promise<ReadonlyMap<string, SummaryRow>> {
  if (traces.length === 0) return new Map();
  const near = new Map(traces.map(({ traceId, unixNano }) => [traceId, unixNano]));
  const [rows, extents] = await Promise.all([
    reading.rows<SummaryRow>(traceSummaries(traces)),
    reading.rows<TraceExtentRow>(traceExtents([...near.keys()], stored)),
  ]);
  const long = extents.filter((extent) => isLong(extent, near.get(extent.trace_id) ?? 0n));
  const longRows = long.length === 0 ? [] : await reading.rows<SummaryRow>(longTraceSummaries(wholeOf(long)));
  return new Map([...rows, ...longRows].map((row) => [row.trace_id, row]));
}

/** Whether a trace has spans beyond the hours next to the one that it was looked for in. */
function isLong({ first_start, last_start }: TraceExtentRow, nearUnixNano: bigint): boolean {
  const hour = nearUnixNano / HOUR_NANO;
  return BigInt(first_start) / HOUR_NANO < hour - 1n || BigInt(last_start) / HOUR_NANO > hour + 1n;
}

function wholeOf(long: readonly TraceExtentRow[]) {
  const starts = long.map((row) => BigInt(row.first_start));
  const ends = long.map((row) => BigInt(row.last_start));
  const hours = { startUnixNano: starts.reduce(earlier), endUnixNano: ends.reduce(later) };
  return { traceIds: long.map((row) => row.trace_id), hours };
}
