-- metric_bucket_exemplars
SELECT
  key,
  unit,
  is_level,
  t,
  groupArraySorted(10)((-taken_at, lower(hex(trace)), toString(measured))) AS exemplars
FROM (
  SELECT SeriesId, intDiv(toUnixTimestamp64Milli(Timestamp), {stepMs:Int64}) * {stepMs:Int64} AS t, toUnixTimestamp64Milli(taken) AS taken_at, trace, measured
  FROM {database:Identifier}.metric_sum
  ARRAY JOIN Exemplars.Timestamp AS taken, Exemplars.TraceId AS trace, Exemplars.SpanId AS span, Exemplars.Value AS measured, Exemplars.Attrs AS own_attributes
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
    AND notEmpty(Exemplars.TraceId)
    AND trace != toFixedString('', 16)
    AND Timestamp >= fromUnixTimestamp64Milli({firstMs:Int64}, 'UTC')
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
WHERE mode != ''
GROUP BY key, unit, is_level, t
LIMIT {limit:UInt32}
