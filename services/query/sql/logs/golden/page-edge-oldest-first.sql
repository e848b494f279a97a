-- log_page_edge
SELECT count() AS found, toUnixTimestamp64Nano(max(Timestamp)) AS edge
FROM (
  SELECT Timestamp
  FROM {database:Identifier}.logs
  WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
    AND toStartOfFiveMinutes(Timestamp) BETWEEN toStartOfFiveMinutes(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toStartOfFiveMinutes(fromUnixTimestamp64Nano({end:Int64}, 'UTC')) AND Timestamp BETWEEN fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND fromUnixTimestamp64Nano({end:Int64}, 'UTC')
    AND ServiceName IN {serviceNames:Array(String)}
    AND ResourceHash = {resourceHash:UInt64}
  ORDER BY Timestamp ASC
  LIMIT {limit:UInt32}
)
