import type { Reading } from '../clickhouse/reading.js';
import {
  type LongTraceRow,
  longTraces,
  type SummaryRow,
  traceSummaries,
} from '../sql/traces/trace-summaries.js';
import { earlier, later, type Range } from '../time/time-range.js';

export interface SummariesOptions {
  readonly traceIds: readonly string[];
  /** Where nearly all of these traces lie whole. */
  readonly hours: Range;
  /** Where rows of the tenant can lie. */
  readonly stored: Range;
}

/**
 * Summaries of traces by id, each over all that is stored of it. That there is nothing outside of the expected hours is asked at the
 * same time and not first: it is rarely otherwise, and both statements are about equally long.
 */
export async function summariesOfTraces(
  reading: Reading,
  { traceIds, hours, stored }: SummariesOptions,
): Promise<ReadonlyMap<string, SummaryRow>> {
  const [rows, long] = await Promise.all([
    reading.rows<SummaryRow>(traceSummaries({ traceIds, hours })),
    reading.rows<LongTraceRow>(longTraces({ traceIds, hours, stored })),
  ]);
  const longRows = long.length === 0 ? [] : await reading.rows<SummaryRow>(traceSummaries(wholeOf(long)));
  return new Map([...rows, ...longRows].map((row) => [row.trace_id, row]));
}

function wholeOf(long: readonly LongTraceRow[]) {
  const starts = long.map((row) => BigInt(row.first_start));
  const ends = long.map((row) => BigInt(row.last_start));
  const hours = { startUnixNano: starts.reduce(earlier), endUnixNano: ends.reduce(later) };
  return { traceIds: long.map((row) => row.trace_id), hours };
}
