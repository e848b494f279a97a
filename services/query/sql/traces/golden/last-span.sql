-- trace_last_span
SELECT toUnixTimestamp64Nano(max(End)) AS last_span
FROM {database:Identifier}.trace_index
WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
  AND Day BETWEEN toDate(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toDate(fromUnixTimestamp64Nano({storedEnd:Int64}, 'UTC'))
  AND TraceId IN (
    SELECT TraceId FROM {database:Identifier}.trace_summary
    WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
      AND Hour BETWEEN toStartOfHour(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toStartOfHour(fromUnixTimestamp64Nano({end:Int64}, 'UTC'))
  )
