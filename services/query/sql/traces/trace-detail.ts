import type { BoundStatement } from '../../clickhouse/reading.js';
import type { Range } from '../../time/time-range.js';
import { instant, OWN_ROWS, spansBetween } from '../fragments.js';
import type { SummaryRow } from './trace-summaries.js';

export interface SpanRow {
  readonly span_id: string;
  readonly parent_span_id: string;
  readonly trace_state: string;
  readonly flags: number;
  readonly service_name: string;
  readonly operation: string;
  readonly kind: number;
  readonly start: string;
  readonly duration: string;
  readonly status: number;
  readonly status_message: string;
  readonly scope_name: string;
  readonly scope_version: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly resource_attributes: Readonly<Record<string, string>>;
  readonly scope_attributes: Readonly<Record<string, string>>;
  readonly event_times: readonly string[];
  readonly event_names: readonly string[];
  readonly event_attributes: readonly Readonly<Record<string, string>>[];
  readonly link_trace_ids: readonly string[];
  readonly link_span_ids: readonly string[];
  readonly link_trace_states: readonly string[];
  readonly link_attributes: readonly Readonly<Record<string, string>>[];
  readonly dropped_attributes: number;
  readonly dropped_events: number;
  readonly dropped_links: number;
  readonly numeric_attributes: readonly string[];
}

export interface TraceSpansOptions {
  /** 32 hex digits. */
  readonly traceId: string;
  /** Where rows of the tenant can lie. */
  readonly stored: Range;
  readonly limit: number;
  /** Only spans behind this one. */
  readonly after?: { readonly startUnixNano: bigint; readonly spanId: string } | undefined;
}

/**
 * Spans of a trace, in order. `trace_index` gives the range of the trace, so that only its hours are read. A span that was
 * delivered again has the same id and is left out.
 */
export function traceSpans({ traceId, stored, limit, after }: TraceSpansOptions): BoundStatement {
  const params = {
    traceId,
    storedStart: stored.startUnixNano,
    storedEnd: stored.endUnixNano,
    limit,
    ...(after && { afterStart: after.startUnixNano, afterId: after.spanId }),
  };
  const sql = after ? `${TRACE_SPANS}${BEHIND}${IN_ORDER}` : `${TRACE_SPANS}${IN_ORDER}`;
  return { statement: { name: 'trace_spans', sql }, params, maxRows: limit, isNarrow: true };
}

/** The whole of a trace of which only a page is read. */
export function traceExtent({
  traceId,
  stored,
}: Pick<TraceSpansOptions, 'traceId' | 'stored'>): BoundStatement {
  const params = { traceId, storedStart: stored.startUnixNano, storedEnd: stored.endUnixNano };
  return { statement: { name: 'trace_extent', sql: TRACE_EXTENT }, params, maxRows: 1 };
}

export type ExtentRow = SummaryRow;

const TRACE_ID = 'TraceId = toFixedString(unhex({traceId:String}), 16)';

const TRACE_RANGE = `WITH (
  SELECT (min(Start), max(End)) FROM {database:Identifier}.trace_index
  WHERE ${OWN_ROWS}
    AND ${TRACE_ID}
    AND Day BETWEEN toDate(${instant('storedStart')}) AND toDate(${instant('storedEnd')})
) AS range`;

const OWN_SPANS = `FROM {database:Identifier}.spans
WHERE ${OWN_ROWS}
  AND ${TRACE_ID}
  AND ${spansBetween('range.1', 'range.2')}`;

/** Of repeated deliveries the longest stays, which is the one that knew the end. */
const IN_ORDER = `
ORDER BY Timestamp, SpanId, DurationNs DESC
LIMIT 1 BY SpanId
LIMIT {limit:UInt32}`;

const BEHIND = `
  AND (Timestamp, SpanId) > (${instant('afterStart')}, toFixedString(unhex({afterId:String}), 8))`;

const TRACE_SPANS = `${TRACE_RANGE}
SELECT
  lower(hex(SpanId)) AS span_id,
  if(ParentSpanId = toFixedString('', 8), '', lower(hex(ParentSpanId))) AS parent_span_id,
  TraceState AS trace_state,
  Flags AS flags,
  ServiceName AS service_name,
  SpanName AS operation,
  toInt8(SpanKind) AS kind,
  toUnixTimestamp64Nano(Timestamp) AS start,
  DurationNs AS duration,
  toInt8(StatusCode) AS status,
  StatusMessage AS status_message,
  ScopeName AS scope_name,
  ScopeVersion AS scope_version,
  Attrs AS attributes,
  ResourceAttrs AS resource_attributes,
  ScopeAttrs AS scope_attributes,
  arrayMap(t -> toUnixTimestamp64Nano(t), Events.Timestamp) AS event_times,
  Events.Name AS event_names,
  Events.Attrs AS event_attributes,
  arrayMap(id -> lower(hex(id)), Links.TraceId) AS link_trace_ids,
  arrayMap(id -> lower(hex(id)), Links.SpanId) AS link_span_ids,
  Links.TraceState AS link_trace_states,
  Links.Attrs AS link_attributes,
  DroppedAttrs AS dropped_attributes,
  DroppedEvents AS dropped_events,
  DroppedLinks AS dropped_links,
  mapKeys(AttrsNum) AS numeric_attributes
${OWN_SPANS}`;

const TRACE_EXTENT = `${TRACE_RANGE}
SELECT
  {traceId:String} AS trace_id,
  toUnixTimestamp64Nano(min(Timestamp)) AS start,
  toUnixTimestamp64Nano(max(addNanoseconds(Timestamp, DurationNs))) - start AS duration,
  min((ParentSpanId != toFixedString('', 8), Timestamp, toString(ServiceName), toString(SpanName), toInt8(StatusCode))) AS lead,
  lead.3 AS service_name,
  lead.4 AS operation,
  uniqExact(SpanId) AS spans,
  uniqExactIf(SpanId, StatusCode = 'Error') AS errors,
  lead.1 = 0 AS has_root,
  if(lead.1 = 0, lead.5, 0) AS root_status
${OWN_SPANS}`;
