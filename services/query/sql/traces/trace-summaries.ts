import type { BoundStatement } from '../../clickhouse/reading.js';
import type { Range } from '../../time/time-range.js';
import { instant, OWN_ROWS, TRACE_IDS } from '../fragments.js';

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

/** The lead span of a trace is its root, or its earliest span while there is no root. */
const SUMMARIES = `SELECT
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
    AND Hour BETWEEN toStartOfHour(${instant('start')}) AND toStartOfHour(${instant('end')})
    AND ${TRACE_IDS}
  GROUP BY TraceId
)`;

export interface TracesOptions {
  /** 32 hex digits each. */
  readonly traceIds: readonly string[];
  /** The hours that are read: of starts of spans. */
  readonly hours: Range;
}

/** The summaries of some traces, each over its spans in some hours. In no order. */
export function traceSummaries({ traceIds, hours }: TracesOptions): BoundStatement {
  return {
    statement: { name: 'trace_summaries', sql: SUMMARIES },
    params: { traceIds, start: hours.startUnixNano, end: hours.endUnixNano },
    maxRows: traceIds.length,
  };
}

export interface LongTraceRow {
  readonly trace_id: string;
  /** Start of the first and of the last span, Unix nanoseconds. */
  readonly first_start: string;
  readonly last_start: string;
}

const LONG_TRACES = `SELECT
  lower(hex(TraceId)) AS trace_id,
  toUnixTimestamp64Nano(min(Start)) AS first_start,
  toUnixTimestamp64Nano(max(End)) AS last_start
FROM {database:Identifier}.trace_index
WHERE ${OWN_ROWS}
  AND Day BETWEEN toDate(${instant('storedStart')}) AND toDate(${instant('storedEnd')})
  AND ${TRACE_IDS}
GROUP BY TraceId
HAVING toStartOfHour(min(Start)) < toStartOfHour(${instant('start')}) OR toStartOfHour(max(End)) > toStartOfHour(${instant('end')})`;

/** Those of some traces that have spans outside of some hours. */
export function longTraces({
  traceIds,
  hours,
  stored,
}: TracesOptions & { readonly stored: Range }): BoundStatement {
  return {
    statement: { name: 'long_traces', sql: LONG_TRACES },
    params: {
      traceIds,
      start: hours.startUnixNano,
      end: hours.endUnixNano,
      storedStart: stored.startUnixNano,
      storedEnd: stored.endUnixNano,
    },
    maxRows: traceIds.length,
  };
}
