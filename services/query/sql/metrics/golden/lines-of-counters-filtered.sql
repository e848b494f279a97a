-- metric_lines_of_counters
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
    if(min(is_int) = 1, concat('=', toString(max(i))), toString(max(f + toFloat64(i)))) AS value,
    max(toInt64(0)) AS elapsed,
    max(odd) AS odd
  FROM (
    SELECT
      SeriesId,
      t,
      min(int) AS is_int,
      max(is_run_known) AS is_known,
      sumIf(grown, is_run_known) AS growth,
      if(is_int = 1, toInt128(growth), 0) AS i,
      if(is_int = 1, 0, growth) AS f,
      max(is_run_odd) OR min(int) != max(int) AS odd
    FROM (
      SELECT
        SeriesId,
        t,
        int,
        before_at = 0 AS is_first,
        (NOT is_first) AND (first < before OR (began != before_began AND began >= before_at AND began < first_at)) AS is_reset,
        is_first AND began >= {fromMs:Int64} AND began < first_at AS is_new,
        is_new OR (NOT is_first) OR last_at > first_at AS is_run_known,
        last - first + multiIf(is_reset OR is_new, first, is_first, 0, first - before) AS grown,
        is_odd OR ((NOT is_first) AND (int != before_int OR first_at <= before_at)) AS is_run_odd
      FROM (
        SELECT
          *,
          lagInFrame(last_at, 1, toInt64(0)) OVER series AS before_at,
          lagInFrame(last) OVER series AS before,
          lagInFrame(began) OVER series AS before_began,
          lagInFrame(int) OVER series AS before_int
        FROM (
          SELECT
            SeriesId,
            intDiv(toUnixTimestamp64Milli(Timestamp), {stepMs:Int64}) * {stepMs:Int64} AS t,
            toUnixTimestamp64Milli(StartTime) AS began,
            toUInt8(min(IsInt)) AS int,
            argMin(Value, Timestamp) AS first,
            argMax(Value, Timestamp) AS last,
            toUnixTimestamp64Milli(min(Timestamp)) AS first_at,
            toUnixTimestamp64Milli(max(Timestamp)) AS last_at,
            deltaSumTimestamp(Value, toUnixTimestamp64Milli(Timestamp)) AS rise,
            max(ValueInt != 0) OR NOT (abs(rise - (last - first)) <= 1e-9 * abs(last)) AS is_odd
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
          GROUP BY SeriesId, t, StartTime
        )
        WINDOW series AS (PARTITION BY SeriesId ORDER BY first_at, last_at ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
      )
    )
    WHERE t >= {firstMs:Int64}
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
      AND multiIf(mapContains(Attrs, {key0:String}), Attrs[{key0:String}], mapContains(ResourceAttrs, {key0:String}), ResourceAttrs[{key0:String}], ScopeAttrs[{key0:String}]) = {value0:String}
      AND multiIf(mapContains(Attrs, {key1:String}), Attrs[{key1:String}], mapContains(ResourceAttrs, {key1:String}), ResourceAttrs[{key1:String}], ScopeAttrs[{key1:String}]) != {value1:String}
      AND match(multiIf(mapContains(Attrs, {key2:String}), Attrs[{key2:String}], mapContains(ResourceAttrs, {key2:String}), ResourceAttrs[{key2:String}], ScopeAttrs[{key2:String}]), {value2:String}) AND NOT ignore(match('', {value2:String}))
      AND NOT match(multiIf(mapContains(Attrs, {key3:String}), Attrs[{key3:String}], mapContains(ResourceAttrs, {key3:String}), ResourceAttrs[{key3:String}], ScopeAttrs[{key3:String}]), {value3:String}) AND NOT ignore(match('', {value3:String}))
    GROUP BY SeriesId
  ) AS series USING SeriesId
  WHERE mode != '' AND is_known
  GROUP BY key, unit, is_level, t
  LIMIT {limit:UInt32}
)
GROUP BY key, unit, is_level
