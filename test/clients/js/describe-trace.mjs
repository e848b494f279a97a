// The spans in the report of a test client (README.md of test/clients has the shape).
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { describeAttributes, describeScope, unixNano } from './describe-values.mjs';

const describeEvent = (event) => ({
  name: event.name,
  timeUnixNano: unixNano(event.time),
  attributes: describeAttributes(event.attributes ?? {}),
});

const describeLink = (link) => ({
  traceId: link.context.traceId,
  spanId: link.context.spanId,
  attributes: describeAttributes(link.attributes ?? {}),
});

function describeSpan(span) {
  const { traceId, spanId } = span.spanContext();
  return {
    traceId,
    spanId,
    parentSpanId: span.parentSpanContext?.spanId ?? '',
    name: span.name,
    kind: SpanKind[span.kind].toLowerCase(),
    startUnixNano: unixNano(span.startTime),
    endUnixNano: unixNano(span.endTime),
    attributes: describeAttributes(span.attributes),
    status: { code: SpanStatusCode[span.status.code].toLowerCase(), message: span.status.message ?? '' },
    events: span.events.map(describeEvent),
    links: span.links.map(describeLink),
    scope: describeScope(span.instrumentationScope),
  };
}

/** Describes the exported spans of one provider; at least one. */
export function describeTrace(spans) {
  return {
    traceIds: [...new Set(spans.map((span) => span.spanContext().traceId))],
    resource: { attributes: describeAttributes(spans[0].resource.attributes) },
    spans: spans.map(describeSpan),
  };
}
