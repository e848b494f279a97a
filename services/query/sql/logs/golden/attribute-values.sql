SELECT Value AS value
FROM {database:Identifier}.attr_catalog
WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
  AND Signal = {signal:String}
  AND Day BETWEEN toDate(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toDate(fromUnixTimestamp64Nano({end:Int64}, 'UTC'))
  AND Source = {source:String}
  AND positionCaseInsensitive(Value, {search:String}) > 0
  AND Key = {name:String}
GROUP BY value
ORDER BY value
LIMIT {limit:UInt32}
