-- red_from_five_minutes
SELECT interval, sum(slot_calls) AS calls, sum(slot_errors) AS errors, mapFromArrays(groupArray(slot), groupArray(slot_calls)) AS histogram
FROM (
  SELECT toUInt32(intDiv(toUnixTimestamp(Start), {interval:UInt32}) * {interval:UInt32}) AS interval, Slot AS slot, sum(Calls) AS slot_calls, sum(Errors) AS slot_errors
  FROM {database:Identifier}.red_5m
  WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
    AND Start BETWEEN toDateTime(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toDateTime(fromUnixTimestamp64Nano({end:Int64}, 'UTC'))
  AND (ServiceName = {f0:String})
  GROUP BY interval, slot
)
GROUP BY interval
