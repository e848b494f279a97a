import type { KeyValue } from '../../../../gen/otlp/opentelemetry/proto/common/v1/common.js';
import type { Span } from '../../../../gen/otlp/opentelemetry/proto/trace/v1/trace.js';
import { SPAN_KINDS, type SpanRow, STATUS_CODES } from '../span-columns.js';
import type { TranscodeContext } from '../transcode.js';
import { numberEntries, textEntries } from './attributes.js';
import { SPAN_ID_BYTES, TRACE_ID_BYTES } from './check-common.js';
import { memberOr0, padded, type SharedColumns } from './shared-columns.js';

/**
 * The row of a span that `checkSpan` has accepted. One literal on purpose: building an object of this many members by
 * spreading others into it takes many times as long.
 */
export function spanRow(span: Span, shared: SharedColumns, context: TranscodeContext): SpanRow {
  const { startTimeUnixNano: start, endTimeUnixNano: end, events, links } = span;
  return {
    TenantId: context.tenantId,
    ProjectId: context.projectId,
    Timestamp: start,
    TraceId: span.traceId,
    SpanId: span.spanId,
    ParentSpanId: padded(span.parentSpanId, SPAN_ID_BYTES),
    TraceState: span.traceState,
    Flags: span.flags,
    ServiceName: shared.ServiceName,
    SpanName: span.name,
    SpanKind: memberOr0(span.kind, SPAN_KINDS),
    DurationNs: end > start ? end - start : 0n,
    StatusCode: memberOr0(span.status?.code ?? 0, STATUS_CODES),
    StatusMessage: span.status?.message ?? '',
    ResourceHash: shared.ResourceHash,
    ResourceAttrs: shared.ResourceAttrs,
    ResourceSchemaUrl: shared.ResourceSchemaUrl,
    ScopeName: shared.ScopeName,
    ScopeVersion: shared.ScopeVersion,
    ScopeAttrs: shared.ScopeAttrs,
    ScopeSchemaUrl: shared.ScopeSchemaUrl,
    Attrs: textEntries(span.attributes),
    AttrsNum: numberEntries(span.attributes),
    'Events.Timestamp': events.map((event) => event.timeUnixNano),
    'Events.Name': events.map((event) => event.name),
    'Events.Attrs': events.map(attributesOf),
    'Links.TraceId': links.map((link) => padded(link.traceId, TRACE_ID_BYTES)),
    'Links.SpanId': links.map((link) => padded(link.spanId, SPAN_ID_BYTES)),
    'Links.TraceState': links.map((link) => link.traceState),
    'Links.Attrs': links.map(attributesOf),
    DroppedAttrs: span.droppedAttributesCount,
    DroppedEvents: span.droppedEventsCount,
    DroppedLinks: span.droppedLinksCount,
  };
}

const attributesOf = (item: { readonly attributes: KeyValue[] }) => textEntries(item.attributes);
