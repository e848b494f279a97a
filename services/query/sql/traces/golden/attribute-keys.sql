-- attribute_keys
SELECT toString(Source) AS source, toString(Key) AS name
FROM {database:Identifier}.attr_catalog
WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
  AND Signal = {signal:String}
  AND Day BETWEEN toDate(fromUnixTimestamp64Nano({storedStart:Int64}, 'UTC')) AND toDate(fromUnixTimestamp64Nano({storedEnd:Int64}, 'UTC'))
  AND positionCaseInsensitiveUTF8(Key, {search:String}) > 0
GROUP BY source, name
ORDER BY name, source
LIMIT {limit:UInt32}
