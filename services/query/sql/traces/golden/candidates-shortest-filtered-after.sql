-- trace_candidates_by_duration
SELECT lower(hex(TraceId)) AS trace_id, sort_key
FROM (
  SELECT TraceId, toUnixTimestamp64Nano(max(End)) - toUnixTimestamp64Nano(min(Start)) AS sort_key
  FROM {database:Identifier}.trace_summary
  WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
    AND Hour BETWEEN toStartOfHour(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) - INTERVAL 1 HOUR AND toStartOfHour(fromUnixTimestamp64Nano({lastSpan:Int64}, 'UTC'))
    AND TraceId IN (
      SELECT TraceId FROM {database:Identifier}.spans
      WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
        AND toStartOfHour(Timestamp) BETWEEN toStartOfHour(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toStartOfHour(fromUnixTimestamp64Nano({lastSpan:Int64}, 'UTC')) AND Timestamp BETWEEN fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND fromUnixTimestamp64Nano({lastSpan:Int64}, 'UTC')
        AND (ServiceName IN {f0:Array(String)})
    )
  GROUP BY TraceId
  HAVING min(Start) BETWEEN fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND fromUnixTimestamp64Nano({end:Int64}, 'UTC')
)
  WHERE (sort_key, TraceId) > ({afterKey:Int64}, toFixedString(unhex({afterId:String}), 16))
ORDER BY sort_key ASC, TraceId ASC
LIMIT {limit:UInt32}
