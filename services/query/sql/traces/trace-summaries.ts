import type { BoundStatement } from '../../clickhouse/reading.js';
import { earlier, HOUR_NANO, later, type Range } from '../../time/time-range.js';
import { instant, OWN_ROWS, TRACE_IDS } from '../fragments.js';

const HOUR_SECONDS = 3_600;

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
const summariesOf = (traces: string): string => `SELECT
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
    AND ${traces}
  GROUP BY TraceId
)`;

const SUMMARIES = summariesOf(`(Hour, TraceId) IN (
      SELECT toDateTime(place.1, 'UTC'), toFixedString(unhex(place.2), 16)
      FROM (SELECT arrayJoin(arrayZip({hours:Array(UInt32)}, {traceIds:Array(String)})) AS place)
    )`);

/** A trace, and an hour in which it has spans. */
export interface TraceHour {
  /** 32 hex digits. */
  readonly traceId: string;
  /** Any instant of the hour. */
  readonly unixNano: bigint;
}

/** The summaries of traces, each over its spans in the hours named and in those next to them. At least one. In no order. */
export function traceSummaries(traces: readonly TraceHour[]): BoundStatement {
  const places = traces.flatMap(({ traceId, unixNano }) =>
    [unixNano - HOUR_NANO, unixNano, unixNano + HOUR_NANO].map((at) => ({ traceId, hour: at / HOUR_NANO })),
  );
  const hours = places.map(({ hour }) => hour);
  const params = {
    traceIds: places.map(({ traceId }) => traceId),
    hours: hours.map((hour) => Number(hour) * HOUR_SECONDS),
    start: hours.reduce(earlier) * HOUR_NANO,
    end: hours.reduce(later) * HOUR_NANO,
  };
  return { statement: { name: 'trace_summaries', sql: SUMMARIES }, params, maxRows: traces.length };
}

export interface TracesOptions {
  /** 32 hex digits each. */
  readonly traceIds: readonly string[];
  /** The hours that are read: of starts of spans. */
  readonly hours: Range;
}

const LONG_SUMMARIES = summariesOf(TRACE_IDS);

/** The summaries of traces that are hours long. In no order. */
export function longTraceSummaries({ traceIds, hours }: TracesOptions): BoundStatement {
  return {
    statement: { name: 'long_trace_summaries', sql: LONG_SUMMARIES },
    params: { traceIds, start: hours.startUnixNano, end: hours.endUnixNano },
    maxRows: traceIds.length,
  };
}

export interface TraceExtentRow {
  readonly trace_id: string;
  /** Start of the first and of the last span, Unix nanoseconds. */
  readonly first_start: string;
  readonly last_start: string;
}

const EXTENTS = `SELECT
  lower(hex(TraceId)) AS trace_id,
  toUnixTimestamp64Nano(min(Start)) AS first_start,
  toUnixTimestamp64Nano(max(End)) AS last_start
FROM {database:Identifier}.trace_index
WHERE ${OWN_ROWS}
  AND Day BETWEEN toDate(${instant('storedStart')}) AND toDate(${instant('storedEnd')})
  AND ${TRACE_IDS}
GROUP BY TraceId`;

/** From when to when traces reach. In no order. */
export function traceExtents(traceIds: readonly string[], stored: Range): BoundStatement {
  return {
    statement: { name: 'trace_extents', sql: EXTENTS },
    params: { traceIds, storedStart: stored.startUnixNano, storedEnd: stored.endUnixNano },
    maxRows: traceIds.length,
  };
}
