import { z } from 'zod';
import type { Span, SpanEvent } from '../../../gen/es/gob/query/v1/query_pb.js';
import { toSpanIdText, toTraceIdText } from './ids.js';
import { int64, statusCode, textMap, timestampText, traceIdText } from './schemas.js';
import { SPAN_KINDS, spanKindOf, statusCodeOf } from './span-enums.js';
import { formatTimestamp } from './timestamp.js';

const exception = z.object({
  timestamp: timestampText,
  type: z.string(),
  message: z.string(),
  stacktrace: z.string(),
});

const dropped = z.int().optional().describe('What the sender dropped before sending. Absent: nothing.');

export const span = z.object({
  timestamp: timestampText,
  span_id: z.string().describe('16 upper-case hex digits.'),
  trace_id: traceIdText,
  service_name: z.string(),
  operation: z.string(),
  duration_nano: int64,
  parent_span_id: z.string().describe('Empty for a root.'),
  status_code: statusCode,
  status_message: z.string(),
  span_kind: z.enum(Object.values(SPAN_KINDS)),
  trace_state: z.string(),
  scope_name: z.string(),
  scope_version: z.string(),
  span_attributes: textMap,
  resource_attributes: textMap,
  scope_attributes: textMap,
  events: z.array(z.object({ timestamp: timestampText, name: z.string(), attributes: textMap })),
  links: z.array(z.object({ trace_id: traceIdText, span_id: z.string(), attributes: textMap })),
  exceptions: z.array(exception).describe('The events that are exceptions, by the names of OpenTelemetry.'),
  numeric_attributes: z
    .record(z.string(), z.union([int64, z.number()]))
    .describe('The span attributes that were sent as numbers, as numbers.'),
  dropped_attributes_count: dropped,
  dropped_events_count: dropped,
  dropped_links_count: dropped,
});

/** A span of the contract as REST shows it. */
export function toSpan(item: Span, traceId: string): z.infer<typeof span> {
  return {
    timestamp: formatTimestamp(item.startUnixNano),
    span_id: toSpanIdText(item.spanId),
    trace_id: traceId,
    service_name: item.serviceName,
    operation: item.operation,
    duration_nano: item.durationNano,
    parent_span_id: toSpanIdText(item.parentSpanId),
    status_code: statusCodeOf(item.status),
    status_message: item.statusMessage,
    span_kind: spanKindOf(item.kind),
    trace_state: item.traceState,
    scope_name: item.scopeName,
    scope_version: item.scopeVersion,
    span_attributes: item.attributes,
    resource_attributes: item.resourceAttributes,
    scope_attributes: item.scopeAttributes,
    events: item.events.map(({ timeUnixNano, name, attributes }) => ({
      timestamp: formatTimestamp(timeUnixNano),
      name,
      attributes,
    })),
    links: item.links.map((link) => ({
      trace_id: toTraceIdText(link.traceId),
      span_id: toSpanIdText(link.spanId),
      attributes: link.attributes,
    })),
    exceptions: item.events.filter(({ name }) => name === 'exception').map(toException),
    numeric_attributes: toNumbers(item),
    ...(item.droppedAttributes > 0 && { dropped_attributes_count: item.droppedAttributes }),
    ...(item.droppedEvents > 0 && { dropped_events_count: item.droppedEvents }),
    ...(item.droppedLinks > 0 && { dropped_links_count: item.droppedLinks }),
  };
}

function toException({ timeUnixNano, attributes }: SpanEvent): z.infer<typeof exception> {
  return {
    timestamp: formatTimestamp(timeUnixNano),
    type: attributes['exception.type'] ?? '',
    message: attributes['exception.message'] ?? '',
    stacktrace: attributes['exception.stacktrace'] ?? '',
  };
}

/** JSON has no NaN and no infinities: those stay among the texts only. */
function toNumbers({ attributes, numericAttributes }: Span): Record<string, bigint | number> {
  const numbers: [string, bigint | number][] = [];
  for (const key of numericAttributes) {
    const text = attributes[key] ?? '';
    if (/^-?\d+$/.test(text)) numbers.push([key, BigInt(text)]);
    else if (Number.isFinite(Number.parseFloat(text))) numbers.push([key, Number.parseFloat(text)]);
  }
  return Object.fromEntries(numbers);
}
