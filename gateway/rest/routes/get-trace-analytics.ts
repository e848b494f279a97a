import { z } from 'zod';
import type { TraceAnalyticsBucket } from '../../../gen/es/gob/query/v1/query_pb.js';
import { toDurationQuantiles } from '../format/durations.js';
import { durationQuantiles, int64 } from '../format/schemas.js';
import { defineQueryRoute } from '../http/route.js';
import { spanSelectionParams, toSpanSelection } from '../params/span-selection.js';
import { timeRangeParams, toTimeRange } from '../params/time-range.js';

const bucket = z.object({
  interval: int64.describe('Begin of the interval, Unix seconds.'),
  count: int64.describe('Spans that match; one that was delivered again counts again.'),
  error_count: int64.describe('Those with status error.'),
  trace_rate: z.number().describe('`count` per second.'),
  error_rate: z.number().describe('`error_count` per second.'),
  ...durationQuantiles,
});

const answer = z.object({
  interval_seconds: z.int().describe('Width of each interval.'),
  results: z.array(bucket).describe('By time, without gaps.'),
});

export const getTraceAnalyticsRoute = defineQueryRoute({
  suffix: '/traces/analytics',
  documentedSuffix: '/traces/analytics',
  summary: 'Rate, errors and durations of matching spans over time',
  query: z.object({ ...timeRangeParams, ...spanSelectionParams }),
  answer,
  example: {
    query: { period: '1h', service_name: ['shop'] },
    answer: {
      interval_seconds: 60,
      results: [
        {
          interval: 1927771200n,
          count: 90n,
          error_count: 6n,
          trace_rate: 1.5,
          error_rate: 0.1,
          p50_duration_nano: 1000000n,
          p75_duration_nano: 2000000n,
          p90_duration_nano: 3000000n,
          p95_duration_nano: 4000000n,
          p99_duration_nano: 9000000n,
        },
      ],
    },
  },
  prepare: ({ params, nowMs }) => {
    const request = { range: toTimeRange(params, nowMs), selection: toSpanSelection(params) };
    return async (client, { call }): Promise<z.infer<typeof answer>> => {
      const { buckets, intervalSeconds } = await client.getTraceAnalytics(request, call);
      return {
        interval_seconds: intervalSeconds,
        results: buckets.map((item) => toBucket(item, intervalSeconds)),
      };
    };
  },
});

function toBucket(item: TraceAnalyticsBucket, seconds: number): z.infer<typeof bucket> {
  return {
    interval: item.startUnixSeconds,
    count: item.count,
    error_count: item.errorCount,
    trace_rate: Number(item.count) / seconds,
    error_rate: Number(item.errorCount) / seconds,
    ...toDurationQuantiles(item.durations),
  };
}
