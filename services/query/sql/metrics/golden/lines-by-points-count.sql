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
    concat('=', toString(count())) AS value,
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
            intDiv(toUnixTimestamp64Milli(Timestamp), {stepMs:Int64}) * {stepMs:Int64} AS t,
            arraySort(groupArray((toUnixTimestamp64Milli(Timestamp), Value, toInt64(multiIf(NOT IsInt, 0, ValueInt != 0, ValueInt, toInt64(Value))), toUInt8(IsInt), toUnixTimestamp64Milli(StartTime)))) AS stored
          FROM {database:Identifier}.metric_sum
          WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
            AND toStartOfHour(Timestamp) BETWEEN toStartOfHour(fromUnixTimestamp64Milli({fromMs:Int64}, 'UTC')) AND toStartOfHour(fromUnixTimestamp64Milli({endMs:Int64}, 'UTC')) AND Timestamp BETWEEN fromUnixTimestamp64Milli({fromMs:Int64}, 'UTC') AND fromUnixTimestamp64Milli({endMs:Int64}, 'UTC')
            AND MetricName = {metricName:String}
            AND bitAnd(Flags, 1) = 0
            AND SeriesId IN (
            SELECT SeriesId FROM {database:Identifier}.metric_series
            WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
              AND Day BETWEEN toDate(fromUnixTimestamp64Milli({fromMs:Int64}, 'UTC')) AND toDate(fromUnixTimestamp64Milli({endMs:Int64}, 'UTC'))
              AND MetricName = {metricName:String}
              AND Type = {metricKind:String}
              AND multiIf(mapContains(Attrs, {key0:String}), Attrs[{key0:String}], mapContains(ResourceAttrs, {key0:String}), ResourceAttrs[{key0:String}], ScopeAttrs[{key0:String}]) = {value0:String}
              AND multiIf(mapContains(Attrs, {key1:String}), Attrs[{key1:String}], mapContains(ResourceAttrs, {key1:String}), ResourceAttrs[{key1:String}], ScopeAttrs[{key1:String}]) != {value1:String}
              AND match(multiIf(mapContains(Attrs, {key2:String}), Attrs[{key2:String}], mapContains(ResourceAttrs, {key2:String}), ResourceAttrs[{key2:String}], ScopeAttrs[{key2:String}]), {value2:String}) AND NOT ignore(match('', {value2:String}))
              AND NOT match(multiIf(mapContains(Attrs, {key3:String}), Attrs[{key3:String}], mapContains(ResourceAttrs, {key3:String}), ResourceAttrs[{key3:String}], ScopeAttrs[{key3:String}]), {value3:String}) AND NOT ignore(match('', {value3:String}))
          )
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
      any(arrayMap(k -> multiIf(mapContains(Attrs, k), Attrs[k], mapContains(ResourceAttrs, k), ResourceAttrs[k], ScopeAttrs[k]), {groupKeys:Array(String)})) AS key,
      any(Unit) AS unit,
      any(multiIf(Type = 'gauge', 'level', Temporality = 'delta', 'delta', Type = 'sum' AND NOT IsMonotonic, 'level', 'counter')) AS mode,
      mode = 'level' AS is_level
    FROM {database:Identifier}.metric_series
    WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
      AND Day BETWEEN toDate(fromUnixTimestamp64Milli({fromMs:Int64}, 'UTC')) AND toDate(fromUnixTimestamp64Milli({endMs:Int64}, 'UTC'))
      AND MetricName = {metricName:String}
      AND Type = {metricKind:String}
      AND multiIf(mapContains(Attrs, {key0:String}), Attrs[{key0:String}], mapContains(ResourceAttrs, {key0:String}), ResourceAttrs[{key0:String}], ScopeAttrs[{key0:String}]) = {value0:String}
      AND multiIf(mapContains(Attrs, {key1:String}), Attrs[{key1:String}], mapContains(ResourceAttrs, {key1:String}), ResourceAttrs[{key1:String}], ScopeAttrs[{key1:String}]) != {value1:String}
      AND match(multiIf(mapContains(Attrs, {key2:String}), Attrs[{key2:String}], mapContains(ResourceAttrs, {key2:String}), ResourceAttrs[{key2:String}], ScopeAttrs[{key2:String}]), {value2:String}) AND NOT ignore(match('', {value2:String}))
      AND NOT match(multiIf(mapContains(Attrs, {key3:String}), Attrs[{key3:String}], mapContains(ResourceAttrs, {key3:String}), ResourceAttrs[{key3:String}], ScopeAttrs[{key3:String}]), {value3:String}) AND NOT ignore(match('', {value3:String}))
    GROUP BY SeriesId
  ) AS series USING SeriesId
  WHERE mode != '' AND (mode != 'counter' OR is_known)
  GROUP BY key, unit, is_level, t
  LIMIT {limit:UInt32}
)
GROUP BY key, unit, is_level
