-- red_from_minutes
SELECT toUInt32(intDiv(toUnixTimestamp(Minute), {interval:UInt32}) * {interval:UInt32}) AS interval, sum(Calls) AS calls, sum(Errors) AS errors, sumMap(Hist) AS histogram
FROM {database:Identifier}.red_1m
WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
  AND Minute BETWEEN toStartOfMinute(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toStartOfMinute(fromUnixTimestamp64Nano({end:Int64}, 'UTC'))
  AND ((ServiceName = {f0:String}) AND (SpanKind = 'Server'))
GROUP BY interval
