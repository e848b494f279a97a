-- attribute_values
SELECT Value AS name
FROM {database:Identifier}.attr_catalog
WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
  AND Signal = {signal:String}
  AND Day BETWEEN toDate(fromUnixTimestamp64Nano({storedStart:Int64}, 'UTC')) AND toDate(fromUnixTimestamp64Nano({storedEnd:Int64}, 'UTC'))
  AND Source IN {sources:Array(String)}
  AND Key = {key:String}
  AND positionCaseInsensitiveUTF8(Value, {search:String}) > 0
GROUP BY name
ORDER BY name
LIMIT {limit:UInt32}
