import { z } from 'zod';
import type { MetricExemplar } from '../../../../gen/es/gob/query/v1/metrics_pb.js';
import { AppError } from '../../../../lib/errors/app-error.js';
import { METRIC_TYPE_NAMES, metricTypeName } from '../../format/metric-types.js';
import { defineQueryRoute } from '../../http/route.js';
import { pageSize } from '../../params/page-size.js';
import { requireTraceId } from '../../params/path.js';
import { EXEMPLAR_EXAMPLE, exemplar, toExemplarItem } from './exemplars.js';

const query = z.object({
  limit: pageSize.optional().describe('Exemplars at most. Default 100; more than 1000 is cut to 1000.'),
});

const metricExemplar = exemplar.extend({
  metric_name: z.string().describe('What `/metrics/search` and `/metrics/exemplars` take as `mname`.'),
  metric_type: z.enum(METRIC_TYPE_NAMES).describe('What they take as `mtype`.'),
  unit: z.string(),
});

const answer = z.object({
  exemplars: z.array(metricExemplar).describe('Newest first.'),
  has_more: z.boolean().describe('There are older ones.'),
});

export const listTraceExemplarsRoute = defineQueryRoute({
  suffix: '/traces/:trace_id/exemplars',
  documentedSuffix: '/traces/{trace_id}/exemplars',
  summary:
    'What was measured during a trace, of whatever metric: the way from a trace to its metrics. Needs no time: points from a minute before the trace to 15 minutes after it are searched, or those of the last day when none of its spans is stored',
  query,
  answer,
  example: {
    path: { trace_id: '0a1b2c3d-0000-4000-8000-00000000beef' },
    answer: {
      exemplars: [
        {
          metric_name: 'cart.items',
          metric_type: 'Sum',
          unit: '1',
          ...EXEMPLAR_EXAMPLE,
        },
      ],
      has_more: false,
    },
  },
  prepare: ({ params, path }) => {
    const traceId = requireTraceId(path.trace_id ?? '');
    const request = { traceId, limit: Math.min(Number(params.limit ?? 0), 1_000) };
    return async (_query, { call }, { metrics }): Promise<z.infer<typeof answer>> => {
      const { exemplars, hasMore } = await metrics.listTraceExemplars(request, call);
      return { exemplars: exemplars.map(toItem), has_more: hasMore };
    };
  },
});

function toItem({
  metricName,
  metricType,
  unit,
  exemplar: measured,
}: MetricExemplar): z.infer<typeof metricExemplar> {
  if (!measured) throw new AppError('internal', 'Internal error.');
  return {
    metric_name: metricName,
    metric_type: metricTypeName(metricType),
    unit,
    ...toExemplarItem(measured),
  };
}
