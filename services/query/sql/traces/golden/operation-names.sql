-- operation_names
SELECT toString(SpanName) AS name
FROM {database:Identifier}.service_operations
WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
  AND ServiceName = {serviceName:String}
  AND Day BETWEEN toDate(fromUnixTimestamp64Nano({storedStart:Int64}, 'UTC')) AND toDate(fromUnixTimestamp64Nano({storedEnd:Int64}, 'UTC'))
GROUP BY name
ORDER BY name
LIMIT {limit:UInt32}
