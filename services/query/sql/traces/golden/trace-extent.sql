-- trace_extent
WITH (
  SELECT (min(Start), max(End)) FROM {database:Identifier}.trace_index
  WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
    AND TraceId = toFixedString(unhex({traceId:String}), 16)
    AND Day BETWEEN toDate(fromUnixTimestamp64Nano({storedStart:Int64}, 'UTC')) AND toDate(fromUnixTimestamp64Nano({storedEnd:Int64}, 'UTC'))
) AS range
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
FROM {database:Identifier}.spans
WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
  AND TraceId = toFixedString(unhex({traceId:String}), 16)
  AND toStartOfHour(Timestamp) BETWEEN toStartOfHour(range.1) AND toStartOfHour(range.2) AND Timestamp BETWEEN range.1 AND range.2
