-- metric_exemplars
SELECT
  toUnixTimestamp64Milli(taken) AS taken_at,
  toString(measured) AS value,
  lower(hex(trace)) AS trace_id,
  if(span = toFixedString('', 8), '', lower(hex(span))) AS span_id,
  own_attributes AS attributes,
  series_attributes,
  service_name
FROM (
  SELECT SeriesId, taken, trace, span, measured, own_attributes
  FROM {database:Identifier}.metric_histogram
  ARRAY JOIN Exemplars.Timestamp AS taken, Exemplars.TraceId AS trace, Exemplars.SpanId AS span, Exemplars.Value AS measured, Exemplars.Attrs AS own_attributes
  WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
    AND toStartOfHour(Timestamp) BETWEEN toStartOfHour(fromUnixTimestamp64Milli({fromMs:Int64}, 'UTC')) AND toStartOfHour(fromUnixTimestamp64Milli({endMs:Int64}, 'UTC')) AND Timestamp BETWEEN fromUnixTimestamp64Milli({fromMs:Int64}, 'UTC') AND fromUnixTimestamp64Milli({endMs:Int64}, 'UTC')
    AND MetricName = {metricName:String}
    AND bitAnd(Flags, 1) = 0
    AND notEmpty(Exemplars.TraceId)
    AND trace != toFixedString('', 16)
  ORDER BY taken DESC, trace, span, measured, SeriesId
  LIMIT {limit:UInt32}
) AS newest
ANY LEFT JOIN (
  SELECT
    SeriesId,
    [toString(SeriesId)] AS key,
    any(Unit) AS unit,
    any(multiIf(Type = 'gauge', 'level', Temporality = 'delta', 'delta', Type = 'sum' AND NOT IsMonotonic, 'level', 'counter')) AS mode,
    mode = 'level' AS is_level,
    any(Attrs) AS series_attributes,
    any(ServiceName) AS service_name
  FROM {database:Identifier}.metric_series
  WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
    AND Day BETWEEN toDate(fromUnixTimestamp64Milli({fromMs:Int64}, 'UTC')) AND toDate(fromUnixTimestamp64Milli({endMs:Int64}, 'UTC'))
    AND MetricName = {metricName:String}
    AND Type = {metricKind:String}
  GROUP BY SeriesId
) AS series USING SeriesId
ORDER BY taken DESC, trace, span, measured, SeriesId
