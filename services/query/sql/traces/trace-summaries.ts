import type { BoundStatement } from '../../clickhouse/reading.js';
import type { Condition } from '../../filter/compile-filter.js';
import type { Range } from '../../time/time-range.js';
import { instant, OWN_ROWS, spansBetween, TRACE_IDS } from '../fragments.js';

/**
 * Until which start of a span the traces reach that have spans in the range. Traces are short, so this is mostly the end of
 * the range or a little later, which spares reading everything up to now.
 */
export function lastSpanOfTraces(range: Range, stored: Range): BoundStatement {
  const params = { start: range.startUnixNano, end: range.endUnixNano, storedEnd: stored.endUnixNano };
  return { statement: { name: 'trace_last_span', sql: LAST_SPAN }, params, maxRows: 1 };
}

export interface LastSpanRow {
  /** Unix nanoseconds; 0 when there is no trace. */
  readonly last_span: string;
}

const LAST_SPAN = `SELECT toUnixTimestamp64Nano(max(End)) AS last_span
FROM {database:Identifier}.trace_index
WHERE ${OWN_ROWS}
  AND Day BETWEEN toDate(${instant('start')}) AND toDate(${instant('storedEnd')})
  AND TraceId IN (
    SELECT TraceId FROM {database:Identifier}.trace_summary
    WHERE ${OWN_ROWS}
      AND Hour BETWEEN toStartOfHour(${instant('start')}) AND toStartOfHour(${instant('end')})
  )`;

export interface SummaryRow {
  readonly trace_id: string;
  readonly start: string;
  readonly duration: string;
  readonly service_name: string;
  readonly operation: string;
  readonly spans: string;
  readonly errors: string;
  readonly has_root: number;
  readonly root_status: number;
}

/** The range of the traces in `traceIds`, over all that is stored of them. */
const TRACE_RANGE = `WITH (
  SELECT (min(Start), max(End)) FROM {database:Identifier}.trace_index
  WHERE ${OWN_ROWS}
    AND Day BETWEEN toDate(${instant('storedStart')}) AND toDate(${instant('storedEnd')})
    AND ${TRACE_IDS}
) AS range`;

/** The lead span of a trace is its root, or its earliest span while there is no root. */
const SUMMARIES = `${TRACE_RANGE}
SELECT
  lower(hex(TraceId)) AS trace_id,
  toUnixTimestamp64Nano(first_start) AS start,
  toUnixTimestamp64Nano(last_end) - toUnixTimestamp64Nano(first_start) AS duration,
  lead.3 AS service_name,
  lead.4 AS operation,
  spans,
  errors,
  lead.1 = 0 AS has_root,
  if(lead.1 = 0, toInt8(lead.5), 0) AS root_status
FROM (
  SELECT
    TraceId,
    min(Start) AS first_start,
    max(End) AS last_end,
    min(Lead) AS lead,
    sum(Spans) AS spans,
    sum(Errors) AS errors
  FROM {database:Identifier}.trace_summary
  WHERE ${OWN_ROWS}
    AND Hour BETWEEN toStartOfHour(range.1) AND toStartOfHour(range.2)
    AND ${TRACE_IDS}
  GROUP BY TraceId
)`;

export interface TracesOptions {
  /** 32 hex digits each. */
  readonly traceIds: readonly string[];
  /** Where rows of the tenant can lie. */
  readonly stored: Range;
}

/** The summaries of some traces, each over all its spans. In no order. */
export function traceSummaries(options: TracesOptions): BoundStatement {
  return {
    statement: { name: 'trace_summaries', sql: SUMMARIES },
    params: tracesParams(options),
    maxRows: options.traceIds.length,
  };
}

export interface MatchRow {
  readonly trace_id: string;
  readonly matched: string;
}

/** How many spans of some traces satisfy a condition. Traces without any are left out. */
export function matchedSpans(options: TracesOptions, condition: Condition): BoundStatement {
  const sql = `${TRACE_RANGE}
SELECT lower(hex(TraceId)) AS trace_id, count() AS matched
FROM {database:Identifier}.spans
WHERE ${OWN_ROWS}
  AND ${spansBetween('range.1', 'range.2')}
  AND ${TRACE_IDS}
  AND ${condition.sql}
GROUP BY TraceId`;
  return {
    statement: { name: 'trace_matched_spans', sql },
    params: { ...tracesParams(options), ...condition.params },
    maxRows: options.traceIds.length,
  };
}

function tracesParams({ traceIds, stored }: TracesOptions) {
  return { traceIds, storedStart: stored.startUnixNano, storedEnd: stored.endUnixNano };
}
