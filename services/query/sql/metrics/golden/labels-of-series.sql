-- metric_labels_of_series
SELECT
  toString(SeriesId) AS series_id,
  any(Unit) AS unit,
  any(ServiceName) AS service_name,
  any(Attrs) AS attributes
FROM {database:Identifier}.metric_series
WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
  AND Day BETWEEN toDate(fromUnixTimestamp64Nano({storedStart:Int64}, 'UTC')) AND toDate(fromUnixTimestamp64Nano({storedEnd:Int64}, 'UTC'))
  AND MetricName IN {names:Array(String)}
  AND SeriesId IN {seriesIds:Array(UInt64)}
GROUP BY SeriesId
