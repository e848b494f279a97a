-- ingest_ledger
SELECT toString(Signal) AS signal, toString(Reason) AS reason,
  sum(ReceivedItems) AS receivedItems, sum(ReceivedBytes) AS receivedBytes,
  sum(StoredItems) AS storedItems, sum(StoredBytes) AS storedBytes,
  sum(DuplicateItems) AS duplicateItems, sum(DuplicateBytes) AS duplicateBytes,
  sum(RejectedItems) AS rejectedItems, sum(RejectedBytes) AS rejectedBytes, sum(RejectedRequests) AS rejectedRequests,
  sum(SetAsideItems) AS setAsideItems, sum(SetAsideBytes) AS setAsideBytes, sum(LimitedItems) AS limitedItems
FROM {database:Identifier}.ingest_ledger
WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
  AND Day BETWEEN toDate(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toDate(fromUnixTimestamp64Nano({end:Int64}, 'UTC')) AND Minute BETWEEN toStartOfMinute(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toStartOfMinute(fromUnixTimestamp64Nano({end:Int64}, 'UTC'))
  AND (empty({signal:String}) OR toString(Signal) = {signal:String}) AND (empty({service:String}) OR ServiceName = {service:String})
GROUP BY signal, reason
ORDER BY signal, reason
