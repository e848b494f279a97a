-- long_trace_summaries
SELECT
  lower(hex(TraceId)) AS trace_id,
  toUnixTimestamp64Nano(first_start) AS start,
  toUnixTimestamp64Nano(last_end) - toUnixTimestamp64Nano(first_start) AS duration,
  lead.3 AS service_name,
  lead.4 AS operation,
  spans,
  errors,
  lead.1 = 0 AS has_root,
  if(lead.1 = 0, toInt8(lead.5), 0) AS root_status
FROM (
  SELECT
    TraceId,
    min(Start) AS first_start,
    max(End) AS last_end,
    min(Lead) AS lead,
    sum(Spans) AS spans,
    sum(Errors) AS errors
  FROM {database:Identifier}.trace_summary
  WHERE TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}
    AND Hour BETWEEN toStartOfHour(fromUnixTimestamp64Nano({start:Int64}, 'UTC')) AND toStartOfHour(fromUnixTimestamp64Nano({end:Int64}, 'UTC'))
    AND TraceId IN (SELECT toFixedString(unhex(arrayJoin({traceIds:Array(String)})), 16))
  GROUP BY TraceId
)
