-- metric_lines_by_points
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
    if(min(if(mode = 'level', last_is_int, is_int)) = 1, concat('=', toString(sum(multiIf(mode = 'delta', own_i, mode = 'counter', grown_i, last_i)))), toString(sum(multiIf(mode = 'delta', own_f, mode = 'counter', grown_f, last_f)) + toFloat64(sum(multiIf(mode = 'delta', own_i, mode = 'counter', grown_i, last_i))))) AS value,
    max(multiIf(mode = 'delta', own_elapsed, mode = 'counter', grown_elapsed, toInt64(0))) AS elapsed,
    max(toUInt8(0)) AS odd
  FROM (
    SELECT
      SeriesId,
      t,
      arrayMin(p -> p.4, points) AS is_int,
      arraySum(p -> toInt128(p.3), points) AS own_i,
      arraySum(p -> if(p.4 = 1, 0, p.2), points) AS own_f,
      arraySum((p, b) -> toInt64(multiIf(p.5 > 0 AND p.5 < p.1, p.1 - p.5, b.1 > 0, p.1 - b.1, 0)), points, befores) AS own_elapsed,
      arrayMap((p, b) -> b.1 != 0 OR (p.5 >= {fromMs:Int64} AND p.5 < p.1), points, befores) AS known,
      arrayMap((p, b) -> b.1 = 0 OR (p.5 != b.5 AND p.5 >= b.1 AND p.5 < p.1) OR p.2 < b.2 OR (p.4 = 1 AND b.4 = 1 AND p.3 < b.3), points, befores) AS anew,
      has(known, 1) AS is_known,
      arraySum((p, b, k, a) -> toInt128(if(k, p.3 - if(a, 0, b.3), 0)), points, befores, known, anew) AS grown_i,
      arraySum((p, b, k, a) -> if(k, if(p.4 = 1, 0, p.2) - if(a OR b.4 = 1, 0, b.2), 0), points, befores, known, anew) AS grown_f,
      arraySum((p, b, k, a) -> toInt64(if(k, p.1 - if(a AND p.5 > 0 AND p.5 < p.1, p.5, b.1), 0)), points, befores, known, anew) AS grown_elapsed,
      last.4 AS last_is_int,
      toInt128(last.3) AS last_i,
      if(last.4 = 1, 0, last.2) AS last_f
    FROM (
      SELECT *, points[-1] AS last, arrayPushFront(arrayPopBack(points), lagInFrame(last) OVER series) AS befores
      FROM (
        SELECT SeriesId, t, arrayFilter((p, next) -> p.1 != next, stored, arrayPushBack(arrayPopFront(arrayMap(p -> p.1, stored)), 0)) AS points
        FROM (
          SELECT
            SeriesId,
            toUnixTimestamp64Milli(Timestamp) AS t,
            arraySort(groupArray((toUnixTimestamp64Milli(Timestamp), Value, toInt64(multiIf(NOT IsInt, 0, ValueInt != 0, ValueInt, toInt64(Value))), toUInt8(IsInt), toUnixTimestamp64Milli(StartTime)))) AS stored
          FROM {database:Identifier}.metric_sum
          WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
            AND toStartOfHour(Timestamp) BETWEEN toStartOfHour(fromUnixTimestamp64Milli({fromMs:Int64}, 'UTC')) AND toStartOfHour(fromUnixTimestamp64Milli({endMs:Int64}, 'UTC')) AND Timestamp BETWEEN fromUnixTimestamp64Milli({fromMs:Int64}, 'UTC') AND fromUnixTimestamp64Milli({endMs:Int64}, 'UTC')
            AND MetricName = {metricName:String}
            AND bitAnd(Flags, 1) = 0
          GROUP BY SeriesId, t
        )
      )
      WINDOW series AS (PARTITION BY SeriesId ORDER BY t ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
    )
    WHERE t >= {firstMs:Int64}
  ) AS steps
  ANY LEFT JOIN (
    SELECT
      SeriesId,
      [toString(SeriesId)] AS key,
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
  WHERE mode != '' AND (mode != 'counter' OR is_known)
  GROUP BY key, unit, is_level, t
  LIMIT {limit:UInt32}
)
GROUP BY key, unit, is_level
