-- metric_series_groups
SELECT
  key,
  unit,
  is_level,
  argMaxIf(description, last_seen, description != '') AS description,
  countIf(mode = 'delta') AS deltas,
  countIf(mode = 'counter') AS counters,
  count() OVER () AS groups
FROM (
  SELECT
    SeriesId,
    any(arrayMap(k -> multiIf(mapContains(Attrs, k), Attrs[k], mapContains(ResourceAttrs, k), ResourceAttrs[k], ScopeAttrs[k]), {groupKeys:Array(String)})) AS key,
    any(Unit) AS unit,
    any(multiIf(Type = 'gauge', 'level', Temporality = 'delta', 'delta', Type = 'sum' AND NOT IsMonotonic, 'level', 'counter')) AS mode,
    mode = 'level' AS is_level,
    argMaxIf(Description, LastSeen, Description != '') AS description,
    max(LastSeen) AS last_seen
  FROM {database:Identifier}.metric_series
  WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
    AND Day BETWEEN toDate(fromUnixTimestamp64Milli({fromMs:Int64}, 'UTC')) AND toDate(fromUnixTimestamp64Milli({endMs:Int64}, 'UTC'))
    AND MetricName = {metricName:String}
    AND Type = {metricKind:String}
  GROUP BY SeriesId
)
GROUP BY key, unit, is_level
ORDER BY key, unit, is_level
LIMIT {limit:UInt32}
