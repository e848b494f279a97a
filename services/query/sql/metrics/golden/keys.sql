-- metric_keys
SELECT
  toString(MetricName) AS name,
  toString(Type) AS kind,
  arraySort(groupUniqArrayArray(mapKeys(Attrs))) AS attribute_keys,
  arraySort(groupUniqArrayArray(mapKeys(ResourceAttrs))) AS resource_keys,
  uniqExact(Attrs) AS groups
FROM {database:Identifier}.metric_series
WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
  AND Day BETWEEN toDate(fromUnixTimestamp64Nano({storedStart:Int64}, 'UTC')) AND toDate(fromUnixTimestamp64Nano({storedEnd:Int64}, 'UTC'))
  AND MetricName IN {names:Array(String)}
  AND (toString(MetricName), toString(Type)) IN (SELECT arrayJoin(arrayZip({names:Array(String)}, {kinds:Array(String)})))
GROUP BY name, kind
