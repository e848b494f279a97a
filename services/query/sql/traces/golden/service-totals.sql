-- service_totals
SELECT toString(ServiceName) AS name, sum(Calls) AS spans, sum(Errors) AS errors
FROM {database:Identifier}.red_1m
WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
  AND Minute BETWEEN toStartOfMinute(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toStartOfMinute(fromUnixTimestamp64Nano({end:Int64}, 'UTC'))
GROUP BY name
ORDER BY name
