import { z } from 'zod';
import { toTraceIdText } from '../../format/ids.js';
import { LOG_EXAMPLE, toLogItem } from '../../format/log-item.js';
import { traceIdText } from '../../format/schemas.js';
import { defineQueryRoute } from '../../http/route.js';
import { logFilterParams, toLogFilter } from '../../params/log-filter.js';
import { pageParams, toPage } from '../../params/page.js';
import { requireTraceId } from '../../params/path.js';
import { timeRangeParams, toGivenTimeRange } from '../../params/time-range.js';
import { logPage } from './search-logs.js';

const { trace_id: _ofPath, ...filterParams } = logFilterParams;

const answer = logPage.extend({
  trace_id: traceIdText,
});

export const traceLogsRoute = defineQueryRoute({
  suffix: '/traces/:trace_id/logs',
  documentedSuffix: '/traces/{trace_id}/logs',
  summary:
    'Log records of a trace, newest first. Needs no time: the time of its spans and an hour around it is searched, or all that is stored when none of its spans is',
  query: z.object({ ...timeRangeParams, ...pageParams({ default: 100, max: 1_000 }), ...filterParams }),
  answer,
  example: {
    path: { trace_id: LOG_EXAMPLE.trace_id },
    answer: { trace_id: LOG_EXAMPLE.trace_id, results: [LOG_EXAMPLE], next_page_token: 'AQAAAAAAAAAB' },
  },
  prepare: ({ params, path, nowMs }) => {
    const traceId = requireTraceId(path.trace_id ?? '');
    const filter = { ...toLogFilter(params), traceIds: [traceId] };
    const range = toGivenTimeRange(params, nowMs);
    const request = { ...(range && { range }), filter, ...toPage(params) };
    return async (_query, { call }, { logs }): Promise<z.infer<typeof answer>> => {
      const page = await logs.searchLogs(request, call);
      return {
        trace_id: toTraceIdText(traceId),
        results: page.logs.map(toLogItem),
        ...(page.nextPageToken !== '' && { next_page_token: page.nextPageToken }),
      };
    };
  },
});
