import type { BoundStatement } from '../../clickhouse/reading.js';
import type { Range } from '../../time/time-range.js';
import { instant, OWN_ROWS, spansBetween } from '../fragments.js';
import { DURATION_SLOT } from './analytics.js';

export interface ServiceRow {
  readonly name: string;
  readonly spans: string;
  readonly errors: string;
}

const MAX_SERVICES = 10_000;
const MAX_EDGE_ROWS = 100_000;

const SERVICES = `SELECT toString(ServiceName) AS name, sum(Calls) AS spans, sum(Errors) AS errors
FROM {database:Identifier}.red_1m
WHERE ${OWN_ROWS}
  AND Minute BETWEEN toStartOfMinute(${instant('start')}) AND toStartOfMinute(${instant('end')})
GROUP BY name
ORDER BY name`;

/** Services that sent spans in a range, with how many. */
export function serviceTotals(range: Range): BoundStatement {
  const params = { start: range.startUnixNano, end: range.endUnixNano };
  return { statement: { name: 'service_totals', sql: SERVICES }, params, maxRows: MAX_SERVICES };
}

export interface EdgeRow {
  readonly caller: string;
  readonly callee: string;
  readonly slot: number;
  readonly calls: string;
  readonly errors: string;
}

export interface EdgeOptions {
  /** Of the called spans. */
  readonly range: Range;
  /** Parents begin before their children; those that did so earlier than this are not looked for. Unix nanoseconds. */
  readonly parentsFromUnixNano: bigint;
  /** Only one of so many traces is read; 1: all. */
  readonly oneIn: number;
}

/** By trace, so that parent and child are both in the sample or both not. */
const SAMPLED = 'cityHash64(TraceId) % {oneIn:UInt32} = 0';

/**
 * ANY on the right: a parent that was delivered twice has one child each, not two. LEFT, because ANY INNER would also keep
 * only one child of each parent.
 */
const EDGES = `SELECT toString(parent.Service) AS caller, toString(child.Service) AS callee, child.Slot AS slot, count() AS calls, sum(child.IsError) AS errors
FROM (
  SELECT TraceId, ParentSpanId, ServiceName AS Service, ${DURATION_SLOT} AS Slot, StatusCode = 'Error' AS IsError
  FROM {database:Identifier}.spans
  WHERE ${OWN_ROWS}
    AND ${spansBetween(instant('start'), instant('end'))}
    AND ParentSpanId != toFixedString('', 8)
    AND ${SAMPLED}
) AS child
LEFT ANY JOIN (
  SELECT TraceId, SpanId, ServiceName AS Service
  FROM {database:Identifier}.spans
  WHERE ${OWN_ROWS}
    AND ${spansBetween(instant('parentsFrom'), instant('end'))}
    AND ${SAMPLED}
) AS parent ON parent.TraceId = child.TraceId AND parent.SpanId = child.ParentSpanId
WHERE caller != '' AND caller != callee
GROUP BY caller, callee, slot
ORDER BY caller, callee, slot`;

/** Spans whose parent is a span of another service, by slot of their duration. */
export function serviceEdges({ range, parentsFromUnixNano, oneIn }: EdgeOptions): BoundStatement {
  const params = {
    start: range.startUnixNano,
    end: range.endUnixNano,
    parentsFrom: parentsFromUnixNano,
    oneIn,
  };
  return { statement: { name: 'service_edges', sql: EDGES }, params, maxRows: MAX_EDGE_ROWS };
}
