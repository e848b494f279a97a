SELECT toString(Key) AS name, toString(Source) AS source
FROM {database:Identifier}.attr_catalog
WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
  AND Signal = {signal:String}
  AND Day BETWEEN toDate(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toDate(fromUnixTimestamp64Nano({end:Int64}, 'UTC'))
GROUP BY name, source
ORDER BY name, source
LIMIT {limit:UInt32}
