-- metric_attribute_keys
SELECT toString(Key) AS key
FROM {database:Identifier}.attr_catalog
WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
  AND Signal = 'metrics'
  AND Source IN ('attr', 'resource')
  AND Day BETWEEN toDate(fromUnixTimestamp64Nano({storedStart:Int64}, 'UTC')) AND toDate(fromUnixTimestamp64Nano({storedEnd:Int64}, 'UTC'))
GROUP BY key
ORDER BY key
LIMIT {limit:UInt32}
