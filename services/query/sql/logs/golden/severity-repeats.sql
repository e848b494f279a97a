-- log_severity_repeats
SELECT
  intDiv(toUnixTimestamp64Nano(Timestamp), {bucketNano:Int64}) AS bucket,
  SeverityNumber AS severity_number,
  count() - uniqExact((Timestamp, sipHash64(ResourceHash, ScopeName, ScopeVersion, EventName, SeverityNumber, SeverityText, TraceId, SpanId, TraceFlags, Body, Attrs))) AS records
FROM {database:Identifier}.logs
WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
  AND toStartOfFiveMinutes(Timestamp) BETWEEN toStartOfFiveMinutes(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toStartOfFiveMinutes(fromUnixTimestamp64Nano({end:Int64}, 'UTC')) AND Timestamp BETWEEN fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND fromUnixTimestamp64Nano({end:Int64}, 'UTC')
  AND ServiceName IN {serviceNames:Array(String)}
  AND ServiceName NOT IN {notServiceNames:Array(String)}
  AND SeverityNumber IN {severityNumbers:Array(UInt8)}
  AND SeverityNumber NOT IN {notSeverityNumbers:Array(UInt8)}
  AND SeverityNumber > {aboveSeverity:UInt32}
  AND SeverityNumber < {belowSeverity:UInt32}
  AND TraceId IN (SELECT toFixedString(unhex(arrayJoin({traceIds:Array(String)})), 16))
  AND SpanId IN (SELECT toFixedString(unhex(arrayJoin({spanIds:Array(String)})), 8))
  AND TraceFlags IN {traceFlags:Array(UInt8)}
  AND TraceFlags NOT IN {notTraceFlags:Array(UInt8)}
  AND (has(AttrItems, {attrItem0:String}) AND Attrs[{attrName0:String}] = {attrValue0:String})
  AND (has(AttrItems, {attrItem1:String}) AND Attrs[{attrName1:String}] = {attrValue1:String})
  AND (mapContains(ResourceAttrs, {resourceName0:String}) AND ResourceAttrs[{resourceName0:String}] = {resourceValue0:String})
  AND hasAllTokens(Body, {bodyWords:String})
  AND NOT (hasAllTokens(Body, {notBodyWords0:String}))
  AND NOT (hasAllTokens(Body, {notBodyWords1:String}))
  AND positionCaseInsensitive(Body, {bodyText0:String}) > 0
  AND hasAllTokens(Body, {bodyTextWords1:String})
  AND positionCaseInsensitive(Body, {bodyText1:String}) > 0
  AND positionCaseInsensitive(Body, {bodyText2:String}) > 0
  AND NOT (positionCaseInsensitive(Body, {notBodyText0:String}) > 0)
  AND (toUnixTimestamp64Nano(Timestamp), sipHash64(ResourceHash, ScopeName, ScopeVersion, EventName, SeverityNumber, SeverityText, TraceId, SpanId, TraceFlags, Body, Attrs)) IN (SELECT arrayJoin(arrayZip({times:Array(Int64)}, {contents:Array(UInt64)})))
  AND Timestamp IN (
    SELECT Timestamp
    FROM {database:Identifier}.logs
    WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
      AND toStartOfFiveMinutes(Timestamp) BETWEEN toStartOfFiveMinutes(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toStartOfFiveMinutes(fromUnixTimestamp64Nano({end:Int64}, 'UTC')) AND Timestamp BETWEEN fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND fromUnixTimestamp64Nano({end:Int64}, 'UTC')
      AND ServiceName IN {serviceNames:Array(String)}
      AND ServiceName NOT IN {notServiceNames:Array(String)}
      AND SeverityNumber IN {severityNumbers:Array(UInt8)}
      AND SeverityNumber NOT IN {notSeverityNumbers:Array(UInt8)}
      AND SeverityNumber > {aboveSeverity:UInt32}
      AND SeverityNumber < {belowSeverity:UInt32}
      AND TraceId IN (SELECT toFixedString(unhex(arrayJoin({traceIds:Array(String)})), 16))
      AND SpanId IN (SELECT toFixedString(unhex(arrayJoin({spanIds:Array(String)})), 8))
      AND TraceFlags IN {traceFlags:Array(UInt8)}
      AND TraceFlags NOT IN {notTraceFlags:Array(UInt8)}
      AND (has(AttrItems, {attrItem0:String}) AND Attrs[{attrName0:String}] = {attrValue0:String})
      AND (has(AttrItems, {attrItem1:String}) AND Attrs[{attrName1:String}] = {attrValue1:String})
      AND (mapContains(ResourceAttrs, {resourceName0:String}) AND ResourceAttrs[{resourceName0:String}] = {resourceValue0:String})
      AND hasAllTokens(Body, {bodyWords:String})
      AND NOT (hasAllTokens(Body, {notBodyWords0:String}))
      AND NOT (hasAllTokens(Body, {notBodyWords1:String}))
      AND positionCaseInsensitive(Body, {bodyText0:String}) > 0
      AND hasAllTokens(Body, {bodyTextWords1:String})
      AND positionCaseInsensitive(Body, {bodyText1:String}) > 0
      AND positionCaseInsensitive(Body, {bodyText2:String}) > 0
      AND NOT (positionCaseInsensitive(Body, {notBodyText0:String}) > 0)
      AND (toUnixTimestamp64Nano(Timestamp), sipHash64(ResourceHash, ScopeName, ScopeVersion, EventName, SeverityNumber, SeverityText, TraceId, SpanId, TraceFlags, Body, Attrs)) IN (SELECT arrayJoin(arrayZip({times:Array(Int64)}, {contents:Array(UInt64)})))
    GROUP BY Timestamp
    HAVING count() > 1
  )
GROUP BY bucket, severity_number
HAVING records > 0
