import type { AnyValue } from '../../../../gen/otlp/opentelemetry/proto/common/v1/common.js';
import type { LogRecord } from '../../../../gen/otlp/opentelemetry/proto/logs/v1/logs.js';
import { BODY_TYPES, type LogRow } from '../log-columns.js';
import { severityNumber } from '../severity.js';
import type { TranscodeContext } from '../transcode.js';
import { numberEntries, textEntries, toJson } from './attributes.js';
import { SPAN_ID_BYTES, TRACE_ID_BYTES } from './check-common.js';
import type { SharedColumns } from './shared-columns.js';

/** The other bits are reserved (`LOG_RECORD_FLAGS_TRACE_FLAGS_MASK`). */
const TRACE_FLAGS_MASK = 0xff;

/** The row of a log record that `checkLog` has accepted. One literal, as for spans. */
export function logRow(record: LogRecord, shared: SharedColumns, context: TranscodeContext): LogRow {
  const observed = record.observedTimeUnixNano || context.nowUnixNano;
  const [body, bodyType] = bodyOf(record.body);
  return {
    TenantId: context.tenantId,
    ProjectId: context.projectId,
    Timestamp: record.timeUnixNano || observed,
    ObservedTimestamp: observed,
    TraceId: idOrNone(record.traceId, TRACE_ID_BYTES),
    SpanId: idOrNone(record.spanId, SPAN_ID_BYTES),
    TraceFlags: record.flags & TRACE_FLAGS_MASK,
    SeverityNumber: severityNumber(record.severityNumber, record.severityText),
    SeverityText: record.severityText,
    ServiceName: shared.ServiceName,
    EventName: record.eventName,
    Body: body,
    BodyType: BODY_TYPES.indexOf(bodyType),
    ResourceHash: shared.ResourceHash,
    ResourceAttrs: shared.ResourceAttrs,
    ResourceSchemaUrl: shared.ResourceSchemaUrl,
    ScopeName: shared.ScopeName,
    ScopeVersion: shared.ScopeVersion,
    ScopeAttrs: shared.ScopeAttrs,
    ScopeSchemaUrl: shared.ScopeSchemaUrl,
    Attrs: textEntries(record.attributes),
    AttrsNum: numberEntries(record.attributes),
    DroppedAttrs: record.droppedAttributesCount,
  };
}

/** Text as it is, bytes in base64, everything else as JSON; no body is an empty text. */
export function bodyOf(body: AnyValue | undefined): readonly [string, (typeof BODY_TYPES)[number]] {
  if (body?.stringValue !== undefined) return [body.stringValue, 'string'];
  if (body?.bytesValue !== undefined) return [body.bytesValue.toString('base64'), 'bytes'];
  const json = toJson(body);
  return json === 'null' ? ['', 'string'] : [json, 'json'];
}

/** Zeros stand for an id that there is not, or that is not valid. */
function idOrNone(id: Uint8Array, bytes: number): Uint8Array {
  return id.length === bytes ? id : new Uint8Array(bytes);
}
