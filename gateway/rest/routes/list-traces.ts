import { z } from 'zod';
import { TraceSort, type TraceSummary } from '../../../gen/es/gob/query/v1/query_pb.js';
import { toTraceIdText } from '../format/ids.js';
import { int64, statusCode, timestampText, traceIdText } from '../format/schemas.js';
import { statusCodeOf } from '../format/span-enums.js';
import { formatTimestamp } from '../format/timestamp.js';
import { defineQueryRoute } from '../http/route.js';
import { pageSize } from '../params/page-size.js';
import { spanSelectionParams, toSpanSelection } from '../params/span-selection.js';
import { timeRangeParams, toTimeRange } from '../params/time-range.js';

const SORTS = {
  timestamp_desc: TraceSort.TIMESTAMP_DESC,
  timestamp_asc: TraceSort.TIMESTAMP_ASC,
  duration_desc: TraceSort.DURATION_DESC,
  duration_asc: TraceSort.DURATION_ASC,
} as const;
const SORT_NAMES = ['timestamp_desc', 'timestamp_asc', 'duration_desc', 'duration_asc'] as const;

const query = z.object({
  ...timeRangeParams,
  sort: z
    .enum(SORT_NAMES, `expected one of ${SORT_NAMES.join(', ')}`)
    .default('timestamp_desc')
    .describe('Order; ties are broken by trace id.'),
  page_size: pageSize.optional().describe('Traces per page. Default 50; more than 500 is cut to 500.'),
  page_token: z.string().optional().describe('`next_page_token` of the page before. Opaque.'),
  ...spanSelectionParams,
});

const traceItem = z.object({
  trace_id: traceIdText,
  timestamp: timestampText,
  service_name: z.string(),
  operation: z.string(),
  duration_nano: int64,
  total_spans: int64.describe(
    'Spans of the trace. Here one that was delivered again counts again; the trace itself has it once.',
  ),
  matched_span_count: int64.describe('Those that match the filters.'),
  error_span_count: int64.describe('Those with status error.'),
  status_code: statusCode,
  in_progress: z.boolean().describe('No root span has arrived yet.'),
});

const answer = z.object({
  project_id: int64,
  total_traces: z.int().describe('Traces on this page.'),
  traces: z.array(traceItem),
  next_page_token: z
    .string()
    .optional()
    .describe('On every page with traces; the page after the last has none.'),
});

export const listTracesRoute = defineQueryRoute({
  suffix: '/traces',
  documentedSuffix: '/traces',
  summary: 'Traces of a time range, whole traces even when filters match only some spans',
  query,
  answer,
  example: {
    query: { period: '1h', sort: 'duration_desc', filter: 'service = shop AND duration > 1ms' },
    answer: {
      project_id: 7n,
      total_traces: 1,
      traces: [
        {
          trace_id: '0a1b2c3d-0000-4000-8000-00000000beef',
          timestamp: '2031-02-03T04:05:06.123456789Z',
          service_name: 'shop',
          operation: 'GET /cart',
          duration_nano: 4200000n,
          total_spans: 9n,
          matched_span_count: 2n,
          error_span_count: 0n,
          status_code: 'STATUS_CODE_OK',
          in_progress: false,
        },
      ],
      next_page_token: 'AgAAAAAAAAAB',
    },
  },
  prepare: ({ params, nowMs }) => {
    const request = {
      range: toTimeRange(params, nowMs),
      selection: toSpanSelection(params),
      sort: SORTS[params.sort],
      pageSize: Number(params.page_size ?? 0),
      pageToken: params.page_token ?? '',
    };
    return async (client, { projectId, call }): Promise<z.infer<typeof answer>> => {
      const { traces, nextPageToken } = await client.listTraces(request, call);
      return {
        project_id: projectId,
        total_traces: traces.length,
        traces: traces.map(toItem),
        ...(nextPageToken !== '' && { next_page_token: nextPageToken }),
      };
    };
  },
});

function toItem(trace: TraceSummary): z.infer<typeof traceItem> {
  return {
    trace_id: toTraceIdText(trace.traceId),
    timestamp: formatTimestamp(trace.startUnixNano),
    service_name: trace.serviceName,
    operation: trace.operation,
    duration_nano: trace.durationNano,
    total_spans: trace.totalSpans,
    matched_span_count: trace.matchedSpanCount,
    error_span_count: trace.errorSpanCount,
    status_code: statusCodeOf(trace.status),
    in_progress: trace.inProgress,
  };
}
