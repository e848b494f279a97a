import { z } from 'zod';
import { type GetTraceResponse, SpanStatus } from '../../../gen/es/gob/query/v1/query_pb.js';
import { toTraceIdText } from '../format/ids.js';
import { int64, statusCode, timestampText, traceIdText } from '../format/schemas.js';
import { span, toSpan } from '../format/span.js';
import { statusCodeOf } from '../format/span-enums.js';
import { formatTimestamp } from '../format/timestamp.js';
import { defineQueryRoute, type RouteExample } from '../http/route.js';
import { pageSize } from '../params/page-size.js';
import { requireTraceId } from '../params/path.js';

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
