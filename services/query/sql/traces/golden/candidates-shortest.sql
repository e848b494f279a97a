-- trace_candidates_by_duration
SELECT lower(hex(TraceId)) AS trace_id, sort_key, first_start, matched
FROM (
  SELECT TraceId, toUnixTimestamp64Nano(min(Start)) AS first_start, toUnixTimestamp64Nano(max(End)) - toUnixTimestamp64Nano(min(Start)) AS sort_key, toUInt64(0) AS matched
  FROM {database:Identifier}.trace_summary
  WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
    AND Hour BETWEEN toStartOfHour(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) - INTERVAL 1 HOUR AND toStartOfHour(fromUnixTimestamp64Nano({lastSpan:Int64}, 'UTC'))
  GROUP BY TraceId
  HAVING min(Start) BETWEEN fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND fromUnixTimestamp64Nano({end:Int64}, 'UTC')
)
ORDER BY sort_key ASC, TraceId ASC
LIMIT {limit:UInt32}
