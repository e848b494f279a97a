-- metric_lines_of_levels
SELECT
  key,
  unit,
  is_level,
  arraySort(groupArray((t, value, elapsed))) AS points,
  max(odd) AS odd
FROM (
  SELECT
    key,
    unit,
    is_level,
    t,
    if(min(is_int) = 1, concat('=', toString(min(i))), toString(min(f + toFloat64(i)))) AS value,
    max(toInt64(0)) AS elapsed,
    max(toUInt8(0)) AS odd
  FROM (
    SELECT
      SeriesId,
      intDiv(at, {stepMs:Int64}) * {stepMs:Int64} AS t,
      min(int) AS is_int,
      if(is_int = 1, min(exact), 0) AS i,
      if(is_int = 1, 0, min(inexact + toFloat64(exact))) AS f
    FROM (
      SELECT SeriesId, toUnixTimestamp64Milli(Timestamp) AS at, toUInt8(IsInt) AS int, toInt128(multiIf(NOT IsInt, 0, ValueInt != 0, ValueInt, toInt64(Value))) AS exact, if(IsInt, 0, Value) AS inexact
      FROM {database:Identifier}.metric_gauge
      WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
        AND toStartOfHour(Timestamp) BETWEEN toStartOfHour(fromUnixTimestamp64Milli({fromMs:Int64}, 'UTC')) AND toStartOfHour(fromUnixTimestamp64Milli({endMs:Int64}, 'UTC')) AND Timestamp BETWEEN fromUnixTimestamp64Milli({fromMs:Int64}, 'UTC') AND fromUnixTimestamp64Milli({endMs:Int64}, 'UTC')
        AND MetricName = {metricName:String}
        AND bitAnd(Flags, 1) = 0
    )
    WHERE at >= {firstMs:Int64}
    GROUP BY SeriesId, t
  ) AS steps
  ANY LEFT JOIN (
    SELECT
      SeriesId,
      any(arrayMap(k -> multiIf(mapContains(Attrs, k), Attrs[k], mapContains(ResourceAttrs, k), ResourceAttrs[k], ScopeAttrs[k]), {groupKeys:Array(String)})) AS key,
      any(Unit) AS unit,
      any(multiIf(Type = 'gauge', 'level', Temporality = 'delta', 'delta', Type = 'sum' AND NOT IsMonotonic, 'level', 'counter')) AS mode,
      mode = 'level' AS is_level
    FROM {database:Identifier}.metric_series
    WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
      AND Day BETWEEN toDate(fromUnixTimestamp64Milli({fromMs:Int64}, 'UTC')) AND toDate(fromUnixTimestamp64Milli({endMs:Int64}, 'UTC'))
      AND MetricName = {metricName:String}
      AND Type = {metricKind:String}
    GROUP BY SeriesId
  ) AS series USING SeriesId
  WHERE mode != '' AND 1
  GROUP BY key, unit, is_level, t
  LIMIT {limit:UInt32}
)
GROUP BY key, unit, is_level
