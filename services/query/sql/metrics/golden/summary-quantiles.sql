-- metric_summary_quantiles
SELECT
  key,
  unit,
  toString(quantile) AS quantile,
  arraySort(groupArray((t, toString(value)))) AS points
FROM (
  SELECT key, unit, t, quantile, max(value) AS value
  FROM (
    SELECT SeriesId, t, quantile, value
    FROM (
      SELECT
        SeriesId,
        intDiv(toUnixTimestamp64Milli(Timestamp), {stepMs:Int64}) * {stepMs:Int64} AS t,
        argMax((Quantiles, Values), Timestamp) AS last
      FROM {database:Identifier}.metric_summary
      WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
        AND toStartOfHour(Timestamp) BETWEEN toStartOfHour(fromUnixTimestamp64Milli({fromMs:Int64}, 'UTC')) AND toStartOfHour(fromUnixTimestamp64Milli({endMs:Int64}, 'UTC')) AND Timestamp BETWEEN fromUnixTimestamp64Milli({fromMs:Int64}, 'UTC') AND fromUnixTimestamp64Milli({endMs:Int64}, 'UTC')
        AND MetricName = {metricName:String}
        AND bitAnd(Flags, 1) = 0
      GROUP BY SeriesId, t
    )
    ARRAY JOIN last.1 AS quantile, last.2 AS value
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
  WHERE mode != ''
  GROUP BY key, unit, t, quantile
  LIMIT {limit:UInt32}
)
GROUP BY key, unit, quantile
ORDER BY key, unit, quantile
