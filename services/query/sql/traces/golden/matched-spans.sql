-- trace_matched_spans
WITH (
  SELECT (min(Start), max(End)) FROM {database:Identifier}.trace_index
  WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
    AND Day BETWEEN toDate(fromUnixTimestamp64Nano({storedStart:Int64}, 'UTC')) AND toDate(fromUnixTimestamp64Nano({storedEnd:Int64}, 'UTC'))
    AND TraceId IN (SELECT toFixedString(unhex(arrayJoin({traceIds:Array(String)})), 16))
) AS range
SELECT lower(hex(TraceId)) AS trace_id, count() AS matched
FROM {database:Identifier}.spans
WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
  AND toStartOfHour(Timestamp) BETWEEN toStartOfHour(range.1) AND toStartOfHour(range.2) AND Timestamp BETWEEN range.1 AND range.2
  AND TraceId IN (SELECT toFixedString(unhex(arrayJoin({traceIds:Array(String)})), 16))
  AND ((ServiceName IN {f0:Array(String)}) AND NOT (match(SpanName, {f1:String})) AND (DurationNs >= {f2:UInt64}) AND (StatusCode = 'Error') AND NOT (SpanKind = 'Server') AND (has(AttrItems, {f4:String}) AND mapContains(Attrs, {f3:String}) AND Attrs[{f3:String}] IN {f5:Array(String)}) AND (mapContains(AttrsNum, {f6:String}) AND AttrsNum[{f6:String}] > {f7:Float64}) AND (ifNull(toFloat64OrNull(ResourceAttrs[{f8:String}]) < {f9:Float64}, 0)) AND (((mapContains(Attrs, {f10:String})) OR (mapContains(ResourceAttrs, {f10:String})))) AND (arrayExists(m -> mapContains(m, {f11:String}) AND m[{f11:String}] IN {f12:Array(String)}, Events.Attrs)) AND (arrayExists(m -> mapContains(m, {f13:String}), Links.Attrs)) AND ((TraceId = toFixedString(unhex({f14:String}), 16)) OR NOT (arrayExists(x -> x = toFixedString(unhex({f15:String}), 8), Links.SpanId))) AND (arrayExists(x -> x IN {f16:Array(String)}, Events.Name)) AND (positionCaseInsensitiveUTF8(ServiceName, {f17:String}) > 0 OR positionCaseInsensitiveUTF8(SpanName, {f17:String}) > 0 OR positionCaseInsensitiveUTF8(StatusMessage, {f17:String}) > 0 OR arrayExists(x -> positionCaseInsensitiveUTF8(x, {f17:String}) > 0, Events.Name) OR arrayExists(x -> positionCaseInsensitiveUTF8(x, {f17:String}) > 0, mapValues(Attrs)) OR arrayExists(x -> positionCaseInsensitiveUTF8(x, {f17:String}) > 0, mapValues(ResourceAttrs))))
GROUP BY TraceId
