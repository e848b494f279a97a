import type { Span, Span_Event, Span_Link } from '../../../../gen/otlp/opentelemetry/proto/trace/v1/trace.js';
import type { AcceptWindow } from '../accept-window.js';
import {
  checkId,
  checkIdLength,
  checkInWindow,
  checkStorableTime,
  outside,
  SPAN_ID_BYTES,
  TRACE_ID_BYTES,
} from './check-common.js';
import { checkAttributes, checkText, firstOf } from './check-values.js';
import { below, type Rejection } from './rejection.js';

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

/** The span must begin inside the window, and not end after it; an end before the beginning is a duration of 0. */
function checkTimes(span: Span, window: AcceptWindow): Rejection | undefined {
  const { startTimeUnixNano: start, endTimeUnixNano: end } = span;
  return (
    checkInWindow('start_time_unix_nano', start, window) ??
    (end > window.toUnixNano ? outside('end_time_unix_nano', end, window) : undefined)
  );
}

function checkEvent(event: Span_Event): Rejection | undefined {
  return (
    checkStorableTime('time_unix_nano', event.timeUnixNano) ??
    checkText('name', event.name) ??
    checkAttributes(event.attributes)
  );
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
