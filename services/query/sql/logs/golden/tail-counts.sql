-- log_tail_counts
SELECT intDiv(toUnixTimestamp64Nano(Timestamp), 1000000000) AS second, count() AS records
FROM {database:Identifier}.logs
WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
  AND toStartOfFiveMinutes(Timestamp) BETWEEN toStartOfFiveMinutes(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toStartOfFiveMinutes(fromUnixTimestamp64Nano({end:Int64}, 'UTC')) AND Timestamp BETWEEN fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND fromUnixTimestamp64Nano({end:Int64}, 'UTC')
  AND ServiceName IN {serviceNames:Array(String)}
  AND ResourceHash = {resourceHash:UInt64}
GROUP BY second
