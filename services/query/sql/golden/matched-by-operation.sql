WITH (
  SELECT (min(Start), max(End)) FROM {database:Identifier}.trace_index
  WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
    AND Day BETWEEN toDate(fromUnixTimestamp64Nano({storedStart:Int64}, 'UTC')) AND toDate(fromUnixTimestamp64Nano({storedEnd:Int64}, 'UTC'))
    AND TraceId IN (SELECT toFixedString(unhex(arrayJoin({traceIds:Array(String)})), 16))
) AS range
SELECT lower(hex(TraceId)) AS trace_id, count() AS matched
FROM {database:Identifier}.spans
WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
  AND toStartOfHour(Timestamp) BETWEEN toStartOfHour(range.1) AND toStartOfHour(range.2)
  AND Timestamp BETWEEN range.1 AND range.2
  AND TraceId IN (SELECT toFixedString(unhex(arrayJoin({traceIds:Array(String)})), 16))
  AND SpanName IN {operations:Array(String)}
GROUP BY TraceId
