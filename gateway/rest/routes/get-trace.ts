import { z } from 'zod';
import {
  type GetTraceResponse,
  type Span,
  type SpanEvent,
  SpanStatus,
} from '../../../gen/es/gob/query/v1/query_pb.js';
import { toSpanIdText, toTraceIdText } from '../format/ids.js';
import { int64, statusCode, textMap, timestampText, traceIdText } from '../format/schemas.js';
import { SPAN_KINDS, spanKindOf, statusCodeOf } from '../format/span-enums.js';
import { formatTimestamp } from '../format/timestamp.js';
import { defineQueryRoute, type RouteExample } from '../http/route.js';
import { pageSize } from '../params/page-size.js';
import { requireTraceId } from '../params/path.js';

const exception = z.object({
  timestamp: timestampText,
  type: z.string(),
  message: z.string(),
  stacktrace: z.string(),
});

const dropped = z.int().optional().describe('What the sender dropped before sending. Absent: nothing.');

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
  exceptions: z.array(exception).describe('The events that are exceptions, by the names of OpenTelemetry.'),
  numeric_attributes: z
    .record(z.string(), z.union([int64, z.number()]))
    .describe('The span attributes that were sent as numbers, as numbers.'),
  dropped_attributes_count: dropped,
  dropped_events_count: dropped,
  dropped_links_count: dropped,
});

const answer = z.object({
  timestamp: timestampText,
  trace_id: traceIdText,
  service_name: z.string(),
  operation: z.string(),
  duration_nano: int64,
  total_spans: int64.describe('Of the whole trace, also when this is a page of it.'),
  error_span_count: int64,
  status_code: statusCode,
  in_progress: z.boolean().describe('No root span has arrived yet.'),
  spans: z.array(span).describe('In order of start.'),
  next_page_token: z.string().optional().describe('Continues with later spans. Absent: there are none.'),
});

const query = z.object({
  page_size: pageSize.optional().describe('Most spans in the answer. Default 2000.'),
  page_token: z.string().optional().describe('`next_page_token` of the page before. Opaque.'),
});

const EXAMPLE: RouteExample = {
  path: { trace_id: '0a1b2c3d-0000-4000-8000-00000000beef' },
  query: { page_size: '100' },
  answer: {
    timestamp: '2031-02-03T04:05:06.100000000Z',
    trace_id: '0a1b2c3d-0000-4000-8000-00000000beef',
    service_name: 'shop',
    operation: 'GET /cart',
    duration_nano: 4200000n,
    total_spans: 1n,
    error_span_count: 0n,
    status_code: 'STATUS_CODE_UNSET',
    in_progress: false,
    spans: [
      {
        timestamp: '2031-02-03T04:05:06.100000000Z',
        span_id: '00AA11BB22CC33DD',
        trace_id: '0a1b2c3d-0000-4000-8000-00000000beef',
        service_name: 'shop',
        operation: 'GET /cart',
        duration_nano: 4200000n,
        parent_span_id: '',
        status_code: 'STATUS_CODE_UNSET',
        status_message: '',
        span_kind: 'SPAN_KIND_SERVER',
        trace_state: '',
        scope_name: 'http',
        scope_version: '1.0',
        span_attributes: { 'http.route': '/cart', 'http.response.status_code': '200' },
        resource_attributes: { 'service.name': 'shop' },
        scope_attributes: {},
        events: [],
        links: [],
        exceptions: [],
        numeric_attributes: { 'http.response.status_code': 200n },
      },
    ],
  },
};

export const getTraceRoute = defineQueryRoute({
  suffix: '/traces/:trace_id',
  documentedSuffix: '/traces/{trace_id}',
  summary: 'One trace with its spans, those of a large one page by page',
  query,
  answer,
  example: EXAMPLE,
  prepare: ({ path, params }) => {
    const traceId = requireTraceId(path.trace_id ?? '');
    const request = {
      traceId,
      pageSize: Number(params.page_size ?? 0),
      pageToken: params.page_token ?? '',
    };
    return async (client, { call }) => toTrace(await client.getTrace(request, call));
  },
});

function toTrace({ traceId, spans, summary, nextPageToken }: GetTraceResponse): z.infer<typeof answer> {
  const id = toTraceIdText(traceId);
  return {
    timestamp: formatTimestamp(summary?.startUnixNano ?? 0n),
    trace_id: id,
    service_name: summary?.serviceName ?? '',
    operation: summary?.operation ?? '',
    duration_nano: summary?.durationNano ?? 0n,
    total_spans: summary?.totalSpans ?? 0n,
    error_span_count: summary?.errorSpanCount ?? 0n,
    status_code: statusCodeOf(summary?.status ?? SpanStatus.UNSPECIFIED),
    in_progress: summary?.inProgress ?? false,
    spans: spans.map((item) => toSpan(item, id)),
    ...(nextPageToken !== '' && { next_page_token: nextPageToken }),
  };
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
