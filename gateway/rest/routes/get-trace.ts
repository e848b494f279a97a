import { z } from 'zod';
import type { GetTraceResponse, Span } from '../../../gen/es/gob/query/v1/query_pb.js';
import { toSpanIdText, toTraceIdText } from '../format/ids.js';
import { int64, statusCode, textMap, timestampText, traceIdText } from '../format/schemas.js';
import { SPAN_KINDS, spanKindOf, statusCodeOf } from '../format/span-enums.js';
import { formatTimestamp } from '../format/timestamp.js';
import { defineQueryRoute } from '../http/route.js';
import { requireTraceId } from '../params/path.js';

const span = z.object({
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
});

const answer = z.object({
  timestamp: timestampText,
  trace_id: traceIdText,
  service_name: z.string(),
  operation: z.string(),
  duration_nano: int64,
  total_spans: z.int(),
  status_code: statusCode,
  spans: z.array(span).describe('In order of start.'),
});

export const getTraceRoute = defineQueryRoute({
  suffix: '/traces/:trace_id',
  documentedSuffix: '/traces/{trace_id}',
  summary: 'One trace with all its spans',
  query: z.object({}),
  answer,
  prepare: ({ path }) => {
    const traceId = requireTraceId(path.trace_id ?? '');
    return async (client, { call }) => toTrace(await client.getTrace({ traceId }, call));
  },
});

/** A trace is named by its first root, or by its earliest span while there is no root. */
function toTrace({ traceId, spans }: GetTraceResponse): z.infer<typeof answer> {
  const root = spans.find((candidate) => candidate.parentSpanId.length === 0);
  const lead = root ?? spans[0];
  const start = spans[0]?.startUnixNano ?? 0n;
  const end = latestEnd(spans);
  const id = toTraceIdText(traceId);
  return {
    timestamp: formatTimestamp(start),
    trace_id: id,
    service_name: lead?.serviceName ?? '',
    operation: lead?.operation ?? '',
    duration_nano: end - start,
    total_spans: spans.length,
    status_code: root ? statusCodeOf(root.status) : 'STATUS_CODE_UNSET',
    spans: spans.map((item) => toSpan(item, id)),
  };
}

function latestEnd(spans: readonly Span[]): bigint {
  let latest = 0n;
  for (const { startUnixNano, durationNano } of spans)
    if (startUnixNano + durationNano > latest) latest = startUnixNano + durationNano;
  return latest;
}

function toSpan(item: Span, traceId: string): z.infer<typeof span> {
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
  };
}
