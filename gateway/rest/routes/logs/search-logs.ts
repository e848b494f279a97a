import { z } from 'zod';
import { LOG_EXAMPLE, logItem, toLogItem } from '../../format/log-item.js';
import { defineQueryRoute } from '../../http/route.js';
import { logFilterParams, toLogFilter } from '../../params/log-filter.js';
import { toLogRange } from '../../params/log-range.js';
import { pageParams, toPage } from '../../params/page.js';
import { timeRangeParams } from '../../params/time-range.js';

export const logPage = z.object({
  results: z.array(logItem).describe('Newest first.'),
  next_page_token: z
    .string()
    .optional()
    .describe('On every page with records; the page after the last has none.'),
});

export const searchLogsRoute = defineQueryRoute({
  suffix: '/logs/search',
  documentedSuffix: '/logs/search',
  summary: 'Log records of a time range, newest first',
  query: z.object({ ...timeRangeParams, ...pageParams({ default: 100, max: 1_000 }), ...logFilterParams }),
  answer: logPage,
  example: {
    query: { period: '1h', service_name: 'shop', severity_name: 'warn', body: 'empty cart' },
    answer: { results: [LOG_EXAMPLE], next_page_token: 'AQAAAAAAAAAB' },
  },
  prepare: ({ params, nowMs }) => {
    const range = toLogRange(params, nowMs);
    const request = { ...(range && { range }), filter: toLogFilter(params), ...toPage(params) };
    return async (_query, { call }, { logs }): Promise<z.infer<typeof logPage>> => {
      const answer = await logs.searchLogs(request, call);
      return {
        results: answer.logs.map(toLogItem),
        ...(answer.nextPageToken !== '' && { next_page_token: answer.nextPageToken }),
      };
    };
  },
});
