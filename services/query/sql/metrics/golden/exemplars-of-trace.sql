-- metric_exemplars_of_trace
SELECT
  name,
  kind,
  toString(series_id) AS series_id,
  toUnixTimestamp64Milli(taken) AS taken_at,
  toString(value) AS value,
  if(span = toFixedString('', 8), '', lower(hex(span))) AS span_id,
  own_attributes AS attributes
FROM (
  SELECT DISTINCT toString(MetricName) AS name, 'exp_histogram' AS kind, SeriesId AS series_id, taken, span, toFloat64(measured) AS value, own_attributes
  FROM {database:Identifier}.metric_exp_histogram
  ARRAY JOIN Exemplars.Timestamp AS taken, Exemplars.TraceId AS trace, Exemplars.SpanId AS span, Exemplars.Value AS measured, Exemplars.Attrs AS own_attributes
  WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
    AND toStartOfHour(Timestamp) BETWEEN toStartOfHour(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toStartOfHour(fromUnixTimestamp64Nano({end:Int64}, 'UTC')) AND Timestamp BETWEEN fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND fromUnixTimestamp64Nano({end:Int64}, 'UTC')
    AND has(Exemplars.TraceId, toFixedString(unhex({traceId:String}), 16))
    AND trace = toFixedString(unhex({traceId:String}), 16)
  UNION ALL
  SELECT DISTINCT toString(MetricName) AS name, 'gauge' AS kind, SeriesId AS series_id, taken, span, toFloat64(measured) AS value, own_attributes
  FROM {database:Identifier}.metric_gauge
  ARRAY JOIN Exemplars.Timestamp AS taken, Exemplars.TraceId AS trace, Exemplars.SpanId AS span, Exemplars.Value AS measured, Exemplars.Attrs AS own_attributes
  WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
    AND toStartOfHour(Timestamp) BETWEEN toStartOfHour(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toStartOfHour(fromUnixTimestamp64Nano({end:Int64}, 'UTC')) AND Timestamp BETWEEN fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND fromUnixTimestamp64Nano({end:Int64}, 'UTC')
    AND has(Exemplars.TraceId, toFixedString(unhex({traceId:String}), 16))
    AND trace = toFixedString(unhex({traceId:String}), 16)
  UNION ALL
  SELECT DISTINCT toString(MetricName) AS name, 'histogram' AS kind, SeriesId AS series_id, taken, span, toFloat64(measured) AS value, own_attributes
  FROM {database:Identifier}.metric_histogram
  ARRAY JOIN Exemplars.Timestamp AS taken, Exemplars.TraceId AS trace, Exemplars.SpanId AS span, Exemplars.Value AS measured, Exemplars.Attrs AS own_attributes
  WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
    AND toStartOfHour(Timestamp) BETWEEN toStartOfHour(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toStartOfHour(fromUnixTimestamp64Nano({end:Int64}, 'UTC')) AND Timestamp BETWEEN fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND fromUnixTimestamp64Nano({end:Int64}, 'UTC')
    AND has(Exemplars.TraceId, toFixedString(unhex({traceId:String}), 16))
    AND trace = toFixedString(unhex({traceId:String}), 16)
  UNION ALL
  SELECT DISTINCT toString(MetricName) AS name, 'sum' AS kind, SeriesId AS series_id, taken, span, toFloat64(measured) AS value, own_attributes
  FROM {database:Identifier}.metric_sum
  ARRAY JOIN Exemplars.Timestamp AS taken, Exemplars.TraceId AS trace, Exemplars.SpanId AS span, Exemplars.Value AS measured, Exemplars.Attrs AS own_attributes
  WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
    AND toStartOfHour(Timestamp) BETWEEN toStartOfHour(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toStartOfHour(fromUnixTimestamp64Nano({end:Int64}, 'UTC')) AND Timestamp BETWEEN fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND fromUnixTimestamp64Nano({end:Int64}, 'UTC')
    AND has(Exemplars.TraceId, toFixedString(unhex({traceId:String}), 16))
    AND trace = toFixedString(unhex({traceId:String}), 16)
)
ORDER BY taken DESC, name, kind, series_id, span, value
LIMIT {limit:UInt32}
