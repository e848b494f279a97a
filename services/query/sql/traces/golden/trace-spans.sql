-- trace_spans
WITH (
  SELECT (min(Start), max(End)) FROM {database:Identifier}.trace_index
  WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
    AND TraceId = toFixedString(unhex({traceId:String}), 16)
    AND Day BETWEEN toDate(fromUnixTimestamp64Nano({storedStart:Int64}, 'UTC')) AND toDate(fromUnixTimestamp64Nano({storedEnd:Int64}, 'UTC'))
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
  DroppedLinks AS dropped_links,
  mapKeys(AttrsNum) AS numeric_attributes
FROM {database:Identifier}.spans
WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
  AND TraceId = toFixedString(unhex({traceId:String}), 16)
  AND toStartOfHour(Timestamp) BETWEEN toStartOfHour(range.1) AND toStartOfHour(range.2) AND Timestamp BETWEEN range.1 AND range.2
ORDER BY Timestamp, SpanId, DurationNs DESC
LIMIT 1 BY SpanId
LIMIT {limit:UInt32}
