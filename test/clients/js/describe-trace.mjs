// The report of a test client: what was sent, in a form that loses nothing (README.md of test/clients has the shape).
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';

const NANOS_PER_SECOND = 1_000_000_000n;

const unixNano = ([seconds, nanos]) => String(BigInt(seconds) * NANOS_PER_SECOND + BigInt(nanos));

// The JS SDK sends an integral number as an OTLP integer, so an array of doubles needs one fraction at least.
function scalarType(value) {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  return Number.isInteger(value) ? 'int' : 'double';
}

const scalar = (type, value) => (type === 'int' ? String(value) : value);

function describeValue(value) {
  if (!Array.isArray(value)) {
    const type = scalarType(value);
    return { type, value: scalar(type, value) };
  }
  const type = value.some((member) => scalarType(member) === 'double')
    ? 'double'
    : scalarType(value[0] ?? '');
  return { type: `${type}[]`, value: value.map((member) => scalar(type, member)) };
}

const describeAttributes = (attributes) =>
  Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, describeValue(value)]));

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
    scope: { name: span.instrumentationScope.name, version: span.instrumentationScope.version ?? '' },
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
