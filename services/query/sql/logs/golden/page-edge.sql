-- log_page_edge
SELECT count() AS found, toUnixTimestamp64Nano(min(Timestamp)) AS edge
FROM (
  SELECT Timestamp
  FROM {database:Identifier}.logs
  WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
    AND toStartOfFiveMinutes(Timestamp) BETWEEN toStartOfFiveMinutes(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toStartOfFiveMinutes(fromUnixTimestamp64Nano({end:Int64}, 'UTC')) AND Timestamp BETWEEN fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND fromUnixTimestamp64Nano({end:Int64}, 'UTC')
  ORDER BY Timestamp DESC
  LIMIT {limit:UInt32}
)
