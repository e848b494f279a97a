-- trace_candidates_by_start
SELECT lower(hex(TraceId)) AS trace_id, sort_key, first_start, matched
FROM (
  SELECT TraceId, toUnixTimestamp64Nano(min(Start)) AS first_start, toUnixTimestamp64Nano(min(Start)) AS sort_key, any(matched) AS matched
  FROM {database:Identifier}.trace_summary
  INNER JOIN (
    SELECT TraceId, count() AS matched FROM {database:Identifier}.spans
    WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
      AND toStartOfHour(Timestamp) BETWEEN toStartOfHour(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toStartOfHour(fromUnixTimestamp64Nano({lastSpan:Int64}, 'UTC')) AND Timestamp BETWEEN fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND fromUnixTimestamp64Nano({lastSpan:Int64}, 'UTC')
      AND ((ServiceName IN {f0:Array(String)}) AND NOT (match(SpanName, {f1:String})) AND (DurationNs >= {f2:UInt64}) AND (StatusCode = 'Error') AND NOT (SpanKind = 'Server') AND (Attrs[{f3:String}] = {f4:String} AND has(AttrItems, {f5:String})) AND (mapContains(AttrsNum, {f6:String}) AND AttrsNum[{f6:String}] > {f7:Float64}) AND (ifNull(toFloat64OrNull(ResourceAttrs[{f8:String}]) < {f9:Float64}, 0)) AND (((mapContains(Attrs, {f10:String})) OR (mapContains(ResourceAttrs, {f10:String})))) AND (arrayExists(m -> m[{f11:String}] = {f12:String}, Events.Attrs)) AND (arrayExists(m -> mapContains(m, {f13:String}), Links.Attrs)) AND ((TraceId = toFixedString(unhex({f14:String}), 16)) OR NOT (arrayExists(x -> x = toFixedString(unhex({f15:String}), 8), Links.SpanId))) AND (arrayExists(x -> x = {f16:String}, Events.Name)) AND (positionCaseInsensitiveUTF8(ServiceName, {f17:String}) > 0 OR positionCaseInsensitiveUTF8(SpanName, {f17:String}) > 0 OR positionCaseInsensitiveUTF8(StatusMessage, {f17:String}) > 0 OR arrayExists(x -> positionCaseInsensitiveUTF8(x, {f17:String}) > 0, Events.Name) OR arrayExists(x -> positionCaseInsensitiveUTF8(x, {f17:String}) > 0, mapValues(Attrs)) OR arrayExists(x -> positionCaseInsensitiveUTF8(x, {f17:String}) > 0, mapValues(ResourceAttrs))))
    GROUP BY TraceId
  ) AS matches USING TraceId
  WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
    AND Hour BETWEEN toStartOfHour(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) - INTERVAL 1 HOUR AND toStartOfHour(fromUnixTimestamp64Nano({end:Int64}, 'UTC'))
  GROUP BY TraceId
  HAVING min(Start) BETWEEN fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND fromUnixTimestamp64Nano({end:Int64}, 'UTC')
)
  WHERE (sort_key, TraceId) < ({afterKey:Int64}, toFixedString(unhex({afterId:String}), 16))
ORDER BY sort_key DESC, TraceId DESC
LIMIT {limit:UInt32}
