-- metrics_of_traces
SELECT name, kind, at
FROM (
  SELECT toString(MetricName) AS name, 'exp_histogram' AS kind, toUnixTimestamp64Milli(min(Timestamp)) AS at
  FROM {database:Identifier}.metric_exp_histogram
  WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
    AND toStartOfHour(Timestamp) BETWEEN toStartOfHour(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toStartOfHour(fromUnixTimestamp64Nano({end:Int64}, 'UTC')) AND Timestamp BETWEEN fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND fromUnixTimestamp64Nano({end:Int64}, 'UTC')
    AND hasAny(Exemplars.TraceId, arrayMap(id -> toFixedString(unhex(id), 16), {traceIds:Array(String)}))
  GROUP BY name
  UNION ALL
  SELECT toString(MetricName) AS name, 'gauge' AS kind, toUnixTimestamp64Milli(min(Timestamp)) AS at
  FROM {database:Identifier}.metric_gauge
  WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
    AND toStartOfHour(Timestamp) BETWEEN toStartOfHour(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toStartOfHour(fromUnixTimestamp64Nano({end:Int64}, 'UTC')) AND Timestamp BETWEEN fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND fromUnixTimestamp64Nano({end:Int64}, 'UTC')
    AND hasAny(Exemplars.TraceId, arrayMap(id -> toFixedString(unhex(id), 16), {traceIds:Array(String)}))
  GROUP BY name
  UNION ALL
  SELECT toString(MetricName) AS name, 'histogram' AS kind, toUnixTimestamp64Milli(min(Timestamp)) AS at
  FROM {database:Identifier}.metric_histogram
  WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
    AND toStartOfHour(Timestamp) BETWEEN toStartOfHour(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toStartOfHour(fromUnixTimestamp64Nano({end:Int64}, 'UTC')) AND Timestamp BETWEEN fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND fromUnixTimestamp64Nano({end:Int64}, 'UTC')
    AND hasAny(Exemplars.TraceId, arrayMap(id -> toFixedString(unhex(id), 16), {traceIds:Array(String)}))
  GROUP BY name
  UNION ALL
  SELECT toString(MetricName) AS name, 'sum' AS kind, toUnixTimestamp64Milli(min(Timestamp)) AS at
  FROM {database:Identifier}.metric_sum
  WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
    AND toStartOfHour(Timestamp) BETWEEN toStartOfHour(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toStartOfHour(fromUnixTimestamp64Nano({end:Int64}, 'UTC')) AND Timestamp BETWEEN fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND fromUnixTimestamp64Nano({end:Int64}, 'UTC')
    AND hasAny(Exemplars.TraceId, arrayMap(id -> toFixedString(unhex(id), 16), {traceIds:Array(String)}))
  GROUP BY name
)
ORDER BY name, kind
LIMIT {limit:UInt32}
