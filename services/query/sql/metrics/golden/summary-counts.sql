-- metric_summary_counts
SELECT
  key,
  unit,
  t,
  toString(sum(if(own, p.2, p.2 - b.2))) AS count,
  if(min(bitAnd(p.5, 1)) = 1, toString(sum(if(own, p.4, p.4 - b.4))), NULL) AS sum,
  if(min(mode = 'delta' AND bitAnd(p.5, 2) = 2), toString(min(p.6)), NULL) AS lowest,
  if(min(mode = 'delta' AND bitAnd(p.5, 4) = 4), toString(max(p.7)), NULL) AS highest
FROM (
  SELECT
    *,
    mode = 'delta' OR b.1 = 0 OR (p.3 != b.3 AND p.3 >= b.1 AND p.3 < p.1) OR p.2 < b.2 AS own
  FROM (
    SELECT SeriesId, t, p, b
    FROM (
      SELECT *, points[-1] AS last, arrayPushFront(arrayPopBack(points), lagInFrame(last) OVER series) AS befores
      FROM (
        SELECT SeriesId, t, arrayFilter((p, next) -> p.1 != next, stored, arrayPushBack(arrayPopFront(arrayMap(p -> p.1, stored)), 0)) AS points
        FROM (
          SELECT
            SeriesId,
            intDiv(toUnixTimestamp64Milli(Timestamp), {stepMs:Int64}) * {stepMs:Int64} AS t,
            arraySort(groupArray((toUnixTimestamp64Milli(Timestamp), toInt64(Count), toUnixTimestamp64Milli(StartTime), Sum, toUInt8(1), toFloat64(0), toFloat64(0)))) AS stored
          FROM {database:Identifier}.metric_summary
          WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
            AND toStartOfHour(Timestamp) BETWEEN toStartOfHour(fromUnixTimestamp64Milli({fromMs:Int64}, 'UTC')) AND toStartOfHour(fromUnixTimestamp64Milli({endMs:Int64}, 'UTC')) AND Timestamp BETWEEN fromUnixTimestamp64Milli({fromMs:Int64}, 'UTC') AND fromUnixTimestamp64Milli({endMs:Int64}, 'UTC')
            AND MetricName = {metricName:String}
            AND bitAnd(Flags, 1) = 0
          GROUP BY SeriesId, t
        )
      )
      WINDOW series AS (PARTITION BY SeriesId ORDER BY t ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
    )
    ARRAY JOIN points AS p, befores AS b
    WHERE t >= {firstMs:Int64}
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
  WHERE mode != '' AND (mode = 'delta' OR b.1 != 0 OR (p.3 >= {fromMs:Int64} AND p.3 < p.1))
)
GROUP BY key, unit, t
ORDER BY key, unit, t
LIMIT {limit:UInt32}
