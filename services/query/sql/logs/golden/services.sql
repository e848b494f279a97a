-- log_services
SELECT toString(ServiceName) AS service_name, groupUniqArray(TraceFlags) AS trace_flags
FROM {database:Identifier}.logs
WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
  AND toStartOfFiveMinutes(Timestamp) BETWEEN toStartOfFiveMinutes(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toStartOfFiveMinutes(fromUnixTimestamp64Nano({end:Int64}, 'UTC')) AND Timestamp BETWEEN fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND fromUnixTimestamp64Nano({end:Int64}, 'UTC')
  AND ServiceName IN {serviceNames:Array(String)}
GROUP BY service_name
ORDER BY service_name
LIMIT {limit:UInt32}
