import type { InstrumentationScope } from '../../../../gen/otlp/opentelemetry/proto/common/v1/common.js';
import type { Resource } from '../../../../gen/otlp/opentelemetry/proto/resource/v1/resource.js';
import type { Span, Span_Event, Span_Link } from '../../../../gen/otlp/opentelemetry/proto/trace/v1/trace.js';
import { type AcceptWindow, describeTime, MAX_DATETIME64_UNIX_NANO } from '../accept-window.js';
import { checkAttributes, checkText, firstOf } from './check-values.js';
import { below, type Rejection } from './rejection.js';

export const TRACE_ID_BYTES = 16;
export const SPAN_ID_BYTES = 8;

/** The first reason why a span cannot be stored, or undefined. */
export function checkSpan(span: Span, window: AcceptWindow): Rejection | undefined {
  return (
    checkId('trace_id', span.traceId, TRACE_ID_BYTES) ??
    checkId('span_id', span.spanId, SPAN_ID_BYTES) ??
    checkIdLength('parent_span_id', span.parentSpanId, SPAN_ID_BYTES) ??
    checkTimes(span, window) ??
    checkText('name', span.name) ??
    checkText('trace_state', span.traceState) ??
    checkText('status.message', span.status?.message ?? '') ??
    checkAttributes(span.attributes) ??
    firstOf(span.events, (event, index) => below(`events[${index}]`, checkEvent(event))) ??
    firstOf(span.links, (link, index) => below(`links[${index}]`, checkLink(link)))
  );
}

/** A fault in what all spans below share, which costs all of them. */
export function checkResource(resource: Resource | undefined, schemaUrl: string): Rejection | undefined {
  return below('resource', checkAttributes(resource?.attributes ?? [])) ?? checkText('schema_url', schemaUrl);
}

export function checkScope(
  scope: InstrumentationScope | undefined,
  schemaUrl: string,
): Rejection | undefined {
  const inScope =
    scope &&
    (checkText('name', scope.name) ??
      checkText('version', scope.version) ??
      checkAttributes(scope.attributes));
  return below('scope', inScope) ?? checkText('schema_url', schemaUrl);
}

/** The span must begin inside the window, and not end after it; an end before the beginning is a duration of 0. */
function checkTimes(span: Span, window: AcceptWindow): Rejection | undefined {
  const { startTimeUnixNano: start, endTimeUnixNano: end } = span;
  if (start < window.fromUnixNano || start > window.toUnixNano)
    return outside('start_time_unix_nano', start, window);
  return end > window.toUnixNano ? outside('end_time_unix_nano', end, window) : undefined;
}

function outside(field: string, time: bigint, window: AcceptWindow): Rejection {
  const problem = `is ${describeTime(time)}, outside the accepted range (${window.description})`;
  return { reason: 'time_out_of_range', field, problem };
}

function checkEvent(event: Span_Event): Rejection | undefined {
  if (event.timeUnixNano > MAX_DATETIME64_UNIX_NANO) {
    const problem = `is ${event.timeUnixNano}, later than the last storable time ${MAX_DATETIME64_UNIX_NANO}`;
    return { reason: 'time_out_of_range', field: 'time_unix_nano', problem };
  }
  return checkText('name', event.name) ?? checkAttributes(event.attributes);
}

/** A link may lack its ids (the tracing specification records links to invalid contexts), but not have half of one. */
function checkLink(link: Span_Link): Rejection | undefined {
  return (
    checkIdLength('trace_id', link.traceId, TRACE_ID_BYTES) ??
    checkIdLength('span_id', link.spanId, SPAN_ID_BYTES) ??
    checkText('trace_state', link.traceState) ??
    checkAttributes(link.attributes)
  );
}

function checkId(field: string, id: Uint8Array, bytes: number): Rejection | undefined {
  if (id.length !== bytes)
    return { reason: 'invalid_id', field, problem: `must be ${bytes} bytes, got ${id.length}` };
  if (id.some((byte) => byte !== 0)) return undefined;
  return { reason: 'invalid_id', field, problem: 'must not be all zeros' };
}

function checkIdLength(field: string, id: Uint8Array, bytes: number): Rejection | undefined {
  if (id.length === 0 || id.length === bytes) return undefined;
  return { reason: 'invalid_id', field, problem: `must be empty or ${bytes} bytes, got ${id.length}` };
}
