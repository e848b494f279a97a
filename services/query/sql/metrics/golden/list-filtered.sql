-- metric_list
SELECT
  toString(MetricName) AS name,
  toString(Type) AS kind,
  argMaxIf(Description, LastSeen, Description != '') AS description,
  toUnixTimestamp(max(LastSeen)) AS last_seen
FROM {database:Identifier}.metric_series
WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
  AND Day BETWEEN toDate(fromUnixTimestamp64Nano({storedStart:Int64}, 'UTC')) AND toDate(fromUnixTimestamp64Nano({storedEnd:Int64}, 'UTC'))
  AND (positionCaseInsensitiveUTF8(MetricName, {search0:String}) > 0 OR positionCaseInsensitiveUTF8(Description, {search0:String}) > 0)
  AND (positionCaseInsensitiveUTF8(MetricName, {search1:String}) > 0 OR positionCaseInsensitiveUTF8(Description, {search1:String}) > 0)
  AND (mapContains(Attrs, {key0:String}) OR mapContains(ResourceAttrs, {key0:String}))
  AND (toString(MetricName), toString(Type)) IN (SELECT arrayJoin(arrayZip({names:Array(String)}, {kinds:Array(String)})))
GROUP BY name, kind
ORDER BY name, kind
LIMIT {limit:UInt32}
