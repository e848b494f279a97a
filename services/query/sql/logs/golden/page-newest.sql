-- log_page_newest
SELECT
  toUnixTimestamp64Nano(Timestamp) AS time,
  sipHash64(ResourceHash, ScopeName, ScopeVersion, EventName, SeverityNumber, SeverityText, TraceId, SpanId, TraceFlags, Body, Attrs) AS content,
  toUnixTimestamp64Nano(ObservedTimestamp) AS observed_time,
  if(TraceId = toFixedString('', 16), '', lower(hex(TraceId))) AS trace_id,
  if(SpanId = toFixedString('', 8), '', lower(hex(SpanId))) AS span_id,
  TraceFlags AS trace_flags,
  SeverityNumber AS severity_number,
  SeverityText AS severity_text,
  ServiceName AS service_name,
  EventName AS event_name,
  Body AS body,
  toInt8(BodyType) AS body_type,
  toString(ResourceHash) AS resource_hash,
  Attrs AS attributes,
  ResourceAttrs AS resource_attributes,
  ScopeName AS scope_name,
  ScopeVersion AS scope_version,
  ScopeAttrs AS scope_attributes,
  DroppedAttrs AS dropped_attributes
FROM (
  SELECT Timestamp, ObservedTimestamp, TraceId, SpanId, TraceFlags, SeverityNumber, SeverityText, ServiceName, EventName, Body, BodyType, ResourceHash, Attrs, ResourceAttrs, ScopeName, ScopeVersion, ScopeAttrs, DroppedAttrs
  FROM {database:Identifier}.logs
  WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
    AND toStartOfFiveMinutes(Timestamp) BETWEEN toStartOfFiveMinutes(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toStartOfFiveMinutes(fromUnixTimestamp64Nano({end:Int64}, 'UTC')) AND Timestamp BETWEEN fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND fromUnixTimestamp64Nano({end:Int64}, 'UTC')
  ORDER BY Timestamp DESC
  LIMIT {limit:UInt32}
)
ORDER BY time DESC, content DESC
