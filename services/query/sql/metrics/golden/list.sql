-- metric_list
SELECT
  toString(MetricName) AS name,
  toString(Type) AS kind,
  argMaxIf(Description, LastSeen, Description != '') AS description,
  toUnixTimestamp(max(LastSeen)) AS last_seen
FROM {database:Identifier}.metric_series
WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
  AND Day BETWEEN toDate(fromUnixTimestamp64Nano({storedStart:Int64}, 'UTC')) AND toDate(fromUnixTimestamp64Nano({storedEnd:Int64}, 'UTC'))
GROUP BY name, kind
ORDER BY name, kind
LIMIT {limit:UInt32}
