import { z } from 'zod';
import { toDurationQuantiles } from '../format/durations.js';
import { durationQuantiles, int64 } from '../format/schemas.js';
import { defineQueryRoute } from '../http/route.js';
import { timeRangeParams, toTimeRange } from '../params/time-range.js';

const node = z.object({
  name: z.string(),
  span_count: int64,
  error_count: int64.describe('Spans with status error.'),
});

const edge = z.object({
  caller: z.string(),
  callee: z.string(),
  call_count: int64.describe('Spans of `callee` whose parent is a span of `caller`.'),
  error_count: int64.describe('Those with status error.'),
  ...durationQuantiles,
});

const answer = z.object({
  services: z.array(node).describe('By name.'),
  edges: z.array(edge).describe('By caller, then by callee.'),
  sampled_one_in: z
    .int()
    .describe('Edges come from one of so many traces, and their counts are scaled up; 1: from all traces.'),
});

export const getServiceGraphRoute = defineQueryRoute({
  suffix: '/services/graph',
  documentedSuffix: '/services/graph',
  summary: 'Which services call which, how often, with what errors and durations',
  query: z.object(timeRangeParams),
  answer,
  example: {
    query: { period: '1h' },
    answer: {
      services: [
        { name: 'pay', span_count: 40n, error_count: 2n },
        { name: 'shop', span_count: 90n, error_count: 2n },
      ],
      edges: [
        {
          caller: 'shop',
          callee: 'pay',
          call_count: 40n,
          error_count: 2n,
          p50_duration_nano: 1000000n,
          p75_duration_nano: 2000000n,
          p90_duration_nano: 3000000n,
          p95_duration_nano: 4000000n,
          p99_duration_nano: 9000000n,
        },
      ],
      sampled_one_in: 1,
    },
  },
  prepare: ({ params, nowMs }) => {
    const request = { range: toTimeRange(params, nowMs) };
    return async (client, { call }): Promise<z.infer<typeof answer>> => {
      const graph = await client.getServiceGraph(request, call);
      return {
        services: graph.services.map(({ name, spans, errors }) => ({
          name,
          span_count: spans,
          error_count: errors,
        })),
        edges: graph.edges.map(({ caller, callee, calls, errors, durations }) => ({
          caller,
          callee,
          call_count: calls,
          error_count: errors,
          ...toDurationQuantiles(durations),
        })),
        sampled_one_in: graph.sampledOneIn,
      };
    };
  },
});
