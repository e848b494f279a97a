import type { BoundStatement } from '../clickhouse/reading.js';
import type { Range } from '../traces/time-range.js';
import { instant, OWN_ROWS } from './fragments.js';

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
}

export interface TraceSpansOptions {
  /** 32 hex digits. */
  readonly traceId: string;
  /** Where rows of the tenant can lie. */
  readonly stored: Range;
  readonly limit: number;
}

/**
 * All spans of a trace, in order. `trace_index` gives the range of the trace, so that only its hours are read. A span that was
 * delivered again has the same id and is left out.
 */
export function traceSpans({ traceId, stored, limit }: TraceSpansOptions): BoundStatement {
  const params = {
    traceId,
    storedStart: stored.startUnixNano,
    storedEnd: stored.endUnixNano,
    limit,
  };
  return { statement: { name: 'trace_spans', sql: TRACE_SPANS }, params, maxRows: limit };
}

const TRACE_ID = 'TraceId = toFixedString(unhex({traceId:String}), 16)';

const TRACE_SPANS = `WITH (
  SELECT (min(Start), max(End)) FROM {database:Identifier}.trace_index
  WHERE ${OWN_ROWS}
    AND ${TRACE_ID}
    AND Day BETWEEN toDate(${instant('storedStart')}) AND toDate(${instant('storedEnd')})
) AS range
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
  DroppedLinks AS dropped_links
FROM {database:Identifier}.spans
WHERE ${OWN_ROWS}
  AND ${TRACE_ID}
  AND toStartOfHour(Timestamp) BETWEEN toStartOfHour(range.1) AND toStartOfHour(range.2)
  AND Timestamp BETWEEN range.1 AND range.2
ORDER BY Timestamp, SpanId
LIMIT 1 BY SpanId
LIMIT {limit:UInt32}`;
