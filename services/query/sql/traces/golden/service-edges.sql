-- service_edges
SELECT toString(parent.Service) AS caller, toString(child.Service) AS callee, child.Slot AS slot, count() AS calls, sum(child.IsError) AS errors
FROM (
  SELECT TraceId, ParentSpanId, ServiceName AS Service, toInt16(floor(4 * log2(greatest(DurationNs, 1)))) AS Slot, StatusCode = 'Error' AS IsError
  FROM {database:Identifier}.spans
  WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
    AND toStartOfHour(Timestamp) BETWEEN toStartOfHour(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toStartOfHour(fromUnixTimestamp64Nano({end:Int64}, 'UTC')) AND Timestamp BETWEEN fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND fromUnixTimestamp64Nano({end:Int64}, 'UTC')
    AND ParentSpanId != toFixedString('', 8)
    AND cityHash64(TraceId) % {oneIn:UInt32} = 0
) AS child
LEFT ANY JOIN (
  SELECT TraceId, SpanId, ServiceName AS Service
  FROM {database:Identifier}.spans
  WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
    AND toStartOfHour(Timestamp) BETWEEN toStartOfHour(fromUnixTimestamp64Nano({parentsFrom:Int64}, 'UTC')) AND toStartOfHour(fromUnixTimestamp64Nano({end:Int64}, 'UTC')) AND Timestamp BETWEEN fromUnixTimestamp64Nano({parentsFrom:Int64}, 'UTC') AND fromUnixTimestamp64Nano({end:Int64}, 'UTC')
    AND cityHash64(TraceId) % {oneIn:UInt32} = 0
) AS parent ON parent.TraceId = child.TraceId AND parent.SpanId = child.ParentSpanId
WHERE caller != '' AND caller != callee
GROUP BY caller, callee, slot
ORDER BY caller, callee, slot
