-- trace_candidates_by_duration
SELECT lower(hex(TraceId)) AS trace_id, sort_key, first_start, matched
FROM (
  SELECT TraceId, toUnixTimestamp64Nano(min(Start)) AS first_start, toUnixTimestamp64Nano(max(End)) - toUnixTimestamp64Nano(min(Start)) AS sort_key, any(matched) AS matched
  FROM {database:Identifier}.trace_summary
  INNER JOIN (
    SELECT TraceId, count() AS matched FROM {database:Identifier}.spans
    WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
      AND toStartOfHour(Timestamp) BETWEEN toStartOfHour(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toStartOfHour(fromUnixTimestamp64Nano({lastSpan:Int64}, 'UTC')) AND Timestamp BETWEEN fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND fromUnixTimestamp64Nano({lastSpan:Int64}, 'UTC')
      AND (ServiceName = {f0:String})
    GROUP BY TraceId
  ) AS matches USING TraceId
  WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
    AND Hour BETWEEN toStartOfHour(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) - INTERVAL 1 HOUR AND toStartOfHour(fromUnixTimestamp64Nano({lastSpan:Int64}, 'UTC'))
  GROUP BY TraceId
  HAVING min(Start) BETWEEN fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND fromUnixTimestamp64Nano({end:Int64}, 'UTC')
)
  WHERE (sort_key, TraceId) > ({afterKey:Int64}, toFixedString(unhex({afterId:String}), 16))
ORDER BY sort_key ASC, TraceId ASC
LIMIT {limit:UInt32}
