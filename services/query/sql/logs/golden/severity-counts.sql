-- log_severity_counts
SELECT
  intDiv(toUnixTimestamp64Nano(Timestamp), {bucketNano:Int64}) AS bucket,
  SeverityNumber AS severity_number,
  count() AS records
FROM {database:Identifier}.logs
WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
  AND toStartOfFiveMinutes(Timestamp) BETWEEN toStartOfFiveMinutes(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toStartOfFiveMinutes(fromUnixTimestamp64Nano({end:Int64}, 'UTC')) AND Timestamp BETWEEN fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND fromUnixTimestamp64Nano({end:Int64}, 'UTC')
GROUP BY bucket, severity_number
