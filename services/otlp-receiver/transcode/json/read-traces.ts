import { ExportTraceServiceRequest } from '../../../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import type {
  ResourceSpans,
  ScopeSpans,
  Span,
  Span_Event,
  Span_Link,
} from '../../../../gen/otlp/opentelemetry/proto/trace/v1/trace.js';
import type { JsonValue } from './exact-json.js';
import { enumAt, hexAt, listAt, objectAt, textAt, uint32At, uint64At } from './json-fields.js';
import { attributesAt, resourceAt, scopeAt } from './read-common.js';
import { exactWriter, readRequest } from './read-request.js';

/** The protobuf form of an OTLP/JSON export request. Throws AppError `malformed_payload`. */
export function readTracesJson(body: Uint8Array): Uint8Array {
  const resourceSpans = readRequest(body, 'resourceSpans', resourceSpansAt);
  return ExportTraceServiceRequest.encode({ resourceSpans }, exactWriter()).finish();
}

function resourceSpansAt(value: JsonValue, path: string): ResourceSpans {
  const member = objectAt(value, path);
  return {
    resource: resourceAt(member.get('resource'), `${path}.resource`),
    scopeSpans: listAt(member.get('scopeSpans'), `${path}.scopeSpans`, scopeSpansAt),
    schemaUrl: textAt(member.get('schemaUrl'), `${path}.schemaUrl`),
  };
}

function scopeSpansAt(value: JsonValue, path: string): ScopeSpans {
  const member = objectAt(value, path);
  return {
    scope: scopeAt(member.get('scope'), `${path}.scope`),
    spans: listAt(member.get('spans'), `${path}.spans`, spanAt),
    schemaUrl: textAt(member.get('schemaUrl'), `${path}.schemaUrl`),
  };
}

function spanAt(value: JsonValue, path: string): Span {
  const span = objectAt(value, path);
  const status = objectAt(span.get('status'), `${path}.status`);
  const uint32 = (name: string) => uint32At(span.get(name), `${path}.${name}`);
  return {
    traceId: hexAt(span.get('traceId'), `${path}.traceId`),
    spanId: hexAt(span.get('spanId'), `${path}.spanId`),
    parentSpanId: hexAt(span.get('parentSpanId'), `${path}.parentSpanId`),
    traceState: textAt(span.get('traceState'), `${path}.traceState`),
    flags: uint32('flags'),
    name: textAt(span.get('name'), `${path}.name`),
    kind: enumAt(span.get('kind'), `${path}.kind`),
    startTimeUnixNano: uint64At(span.get('startTimeUnixNano'), `${path}.startTimeUnixNano`),
    endTimeUnixNano: uint64At(span.get('endTimeUnixNano'), `${path}.endTimeUnixNano`),
    attributes: attributesAt(span.get('attributes'), `${path}.attributes`),
    droppedAttributesCount: uint32('droppedAttributesCount'),
    events: listAt(span.get('events'), `${path}.events`, eventAt),
    droppedEventsCount: uint32('droppedEventsCount'),
    links: listAt(span.get('links'), `${path}.links`, linkAt),
    droppedLinksCount: uint32('droppedLinksCount'),
    status: {
      code: enumAt(status.get('code'), `${path}.status.code`),
      message: textAt(status.get('message'), `${path}.status.message`),
    },
  };
}

function eventAt(value: JsonValue, path: string): Span_Event {
  const event = objectAt(value, path);
  return {
    timeUnixNano: uint64At(event.get('timeUnixNano'), `${path}.timeUnixNano`),
    name: textAt(event.get('name'), `${path}.name`),
    attributes: attributesAt(event.get('attributes'), `${path}.attributes`),
    droppedAttributesCount: uint32At(event.get('droppedAttributesCount'), `${path}.droppedAttributesCount`),
  };
}

function linkAt(value: JsonValue, path: string): Span_Link {
  const link = objectAt(value, path);
  return {
    traceId: hexAt(link.get('traceId'), `${path}.traceId`),
    spanId: hexAt(link.get('spanId'), `${path}.spanId`),
    traceState: textAt(link.get('traceState'), `${path}.traceState`),
    attributes: attributesAt(link.get('attributes'), `${path}.attributes`),
    droppedAttributesCount: uint32At(link.get('droppedAttributesCount'), `${path}.droppedAttributesCount`),
    flags: uint32At(link.get('flags'), `${path}.flags`),
  };
}
