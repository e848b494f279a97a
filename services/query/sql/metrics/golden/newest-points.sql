-- metric_newest_points
SELECT toString(MetricName) AS name, 'gauge' AS kind, toUnixTimestamp64Milli(max(Timestamp)) AS at
FROM {database:Identifier}.metric_gauge
WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
  AND toStartOfHour(Timestamp) BETWEEN toStartOfHour(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toStartOfHour(fromUnixTimestamp64Nano({end:Int64}, 'UTC')) AND Timestamp BETWEEN fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND fromUnixTimestamp64Nano({end:Int64}, 'UTC')
  AND MetricName IN {names:Array(String)}
GROUP BY name
UNION ALL
SELECT toString(MetricName) AS name, 'summary' AS kind, toUnixTimestamp64Milli(max(Timestamp)) AS at
FROM {database:Identifier}.metric_summary
WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
  AND toStartOfHour(Timestamp) BETWEEN toStartOfHour(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toStartOfHour(fromUnixTimestamp64Nano({end:Int64}, 'UTC')) AND Timestamp BETWEEN fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND fromUnixTimestamp64Nano({end:Int64}, 'UTC')
  AND MetricName IN {names:Array(String)}
GROUP BY name
