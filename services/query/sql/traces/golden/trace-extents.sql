-- trace_extents
SELECT
  lower(hex(TraceId)) AS trace_id,
  toUnixTimestamp64Nano(min(Start)) AS first_start,
  toUnixTimestamp64Nano(max(End)) AS last_start
FROM {database:Identifier}.trace_index
WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
  AND Day BETWEEN toDate(fromUnixTimestamp64Nano({storedStart:Int64}, 'UTC')) AND toDate(fromUnixTimestamp64Nano({storedEnd:Int64}, 'UTC'))
  AND TraceId IN (SELECT toFixedString(unhex(arrayJoin({traceIds:Array(String)})), 16))
GROUP BY TraceId
