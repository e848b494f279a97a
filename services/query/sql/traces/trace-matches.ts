import type { BoundStatement } from '../../clickhouse/reading.js';
import type { Condition } from '../../filter/compile-filter.js';
import { instant, OWN_ROWS, spansBetween } from '../fragments.js';

export interface MatchOptions {
  /** The first span that may match. */
  readonly startUnixNano: bigint;
  /** The last, by its start. */
  readonly lastSpanUnixNano: bigint;
  /** On spans, in parameters `f0`, `f1`, …. */
  readonly condition: Condition;
  /** Most traces that are of use: with more than that the statement ends early, and what it returns is not all. */
  readonly atMost: number;
}

export interface MatchRow {
  readonly trace_id: string;
  /** How many of its spans satisfy the condition. */
  readonly matched: string;
  /** When the first of these started, Unix nanoseconds. */
  readonly first_match: string;
}

/**
 * Traces with spans that satisfy a condition, in no order. For conditions that few traces satisfy: it reads spans only, of which
 * indexes leave out most, where candidates are read from the summaries of every trace.
 */
export function fewMatches({
  startUnixNano,
  lastSpanUnixNano,
  condition,
  atMost,
}: MatchOptions): BoundStatement {
  const sql = `SELECT lower(hex(TraceId)) AS trace_id, count() AS matched, toUnixTimestamp64Nano(min(Timestamp)) AS first_match
FROM {database:Identifier}.spans
WHERE ${matching(condition)}
GROUP BY TraceId
LIMIT {limit:UInt32}
SETTINGS max_rows_to_group_by = ${atMost}, group_by_overflow_mode = 'break'`;
  const limit = atMost + 1;
  const params = { start: startUnixNano, lastSpan: lastSpanUnixNano, limit, ...condition.params };
  return { statement: { name: 'trace_matches', sql }, params, maxRows: limit };
}

/** Spans that satisfy a condition, from the parameter `start` to `lastSpan`. */
export function matching(condition: Condition): string {
  return `${OWN_ROWS}
  AND ${spansBetween(instant('start'), instant('lastSpan'))}
  AND ${condition.sql}`;
}
