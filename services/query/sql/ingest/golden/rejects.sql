-- ingest_rejects
SELECT toString(Signal) AS signal, toString(Reason) AS reason, IsStored AS stored,
  toString(ServiceName) AS service, toString(SdkName) AS sdkName, toString(SdkVersion) AS sdkVersion, UserAgent AS userAgent,
  argMax(Detail, LastAt) AS detail, argMax(LimitText, LastAt) AS limitText, argMax(MeasuredText, LastAt) AS measured,
  toString(argMax(Remedy, LastAt)) AS remedy, sum(Requests) AS requests, sum(Items) AS items, sum(Bytes) AS bytes,
  toUnixTimestamp64Milli(min(FirstAt)) AS firstMs, toUnixTimestamp64Milli(max(LastAt)) AS lastMs
FROM {database:Identifier}.ingest_rejects
WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
  AND Day BETWEEN toDate(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toDate(fromUnixTimestamp64Nano({end:Int64}, 'UTC')) AND LastAt BETWEEN fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND fromUnixTimestamp64Nano({end:Int64}, 'UTC')
  AND (empty({signal:String}) OR toString(Signal) = {signal:String}) AND (empty({service:String}) OR ServiceName = {service:String})
  AND (empty({reason:String}) OR Reason = {reason:String})
GROUP BY signal, reason, stored, service, sdkName, sdkVersion, userAgent
ORDER BY lastMs DESC, signal, reason, stored, service, sdkName, sdkVersion, userAgent
LIMIT {limit:UInt32}
