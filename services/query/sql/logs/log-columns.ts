/**
 * The part of a fingerprint that is not the time. It covers what the sender said, so that a record that was delivered again
 * has the same; not the time of observation, which a receiver fills in when the sender leaves it out.
 */
export const CONTENT =
  'sipHash64(ResourceHash, ScopeName, ScopeVersion, EventName, SeverityNumber, SeverityText, TraceId, SpanId, TraceFlags, Body, Attrs)';

/** What a `LogRow` is read from. */
export const LOG_COLUMNS = `toUnixTimestamp64Nano(Timestamp) AS time,
  ${CONTENT} AS content,
  toUnixTimestamp64Nano(ObservedTimestamp) AS observed_time,
  if(TraceId = toFixedString('', 16), '', lower(hex(TraceId))) AS trace_id,
  if(SpanId = toFixedString('', 8), '', lower(hex(SpanId))) AS span_id,
  TraceFlags AS trace_flags,
  SeverityNumber AS severity_number,
  SeverityText AS severity_text,
  ServiceName AS service_name,
  EventName AS event_name,
  Body AS body,
  toInt8(BodyType) AS body_type,
  toString(ResourceHash) AS resource_hash,
  Attrs AS attributes,
  ResourceAttrs AS resource_attributes,
  ScopeName AS scope_name,
  ScopeVersion AS scope_version,
  ScopeAttrs AS scope_attributes,
  DroppedAttrs AS dropped_attributes`;

/** The columns of the table that `LOG_COLUMNS` is made of. */
export const STORED_COLUMNS =
  'Timestamp, ObservedTimestamp, TraceId, SpanId, TraceFlags, SeverityNumber, SeverityText, ServiceName, EventName, Body, BodyType, ResourceHash, Attrs, ResourceAttrs, ScopeName, ScopeVersion, ScopeAttrs, DroppedAttrs';

export interface LogRow {
  /** Unix nanoseconds. */
  readonly time: string;
  readonly content: string;
  readonly observed_time: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly trace_flags: number;
  readonly severity_number: number;
  readonly severity_text: string;
  readonly service_name: string;
  readonly event_name: string;
  readonly body: string;
  readonly body_type: number;
  readonly resource_hash: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly resource_attributes: Readonly<Record<string, string>>;
  readonly scope_name: string;
  readonly scope_version: string;
  readonly scope_attributes: Readonly<Record<string, string>>;
  readonly dropped_attributes: number;
}
