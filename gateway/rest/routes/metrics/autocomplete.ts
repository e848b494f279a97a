import { z } from 'zod';
import type { MetricInfo } from '../../../../gen/es/gob/query/v1/metrics_pb.js';
import { METRIC_TYPE_NAMES, metricTypeName } from '../../format/metric-types.js';
import { int64 } from '../../format/schemas.js';
import { defineQueryRoute } from '../../http/route.js';
import { pageSize } from '../../params/page-size.js';
import { requireTraceId } from '../../params/path.js';

const query = z.object({
  search: z
    .array(z.string())
    .optional()
    .describe('Each text is in the name or the description, in any case of letters.'),
  limit: pageSize.optional().describe('Metrics at most. Default 1000, which is also the most.'),
  attributes: z
    .array(z.string())
    .optional()
    .describe('Each key is an attribute of the metric or its resource.'),
  trace_id: z.array(z.string()).optional().describe('Metrics with an exemplar of any of these traces.'),
});

const metric = z.object({
  name: z.string(),
  description: z.string(),
  type: z.enum(METRIC_TYPE_NAMES),
  attributes: z.array(z.string()).describe('Keys, those of resources last.'),
  last_ingested_at: int64.describe('Unix nanoseconds.'),
  timestamp_of_datapoint_with_traceId: int64
    .optional()
    .describe('With trace_id: the first point with an exemplar of it, Unix nanoseconds.'),
});

const answer = z.object({
  metrics: z.array(metric),
  all_available_attributes: z.array(z.string()).describe('Of all metrics, at most 1000.'),
});

export const autocompleteMetricsRoute = defineQueryRoute({
  suffix: '/metrics/autocomplete',
  documentedSuffix: '/metrics/autocomplete',
  summary: 'Metrics by name',
  query,
  answer,
  isCatalogue: true,
  example: {
    query: { search: 'cart', limit: '10' },
    answer: {
      metrics: [
        {
          name: 'cart.items',
          description: 'Items put into carts',
          type: 'Sum',
          attributes: ['region', 'service.name'],
          last_ingested_at: 1_927_771_200_000_000_000n,
        },
      ],
      all_available_attributes: ['region', 'service.name'],
    },
  },
  prepare: ({ params }) => {
    const request = {
      search: (params.search ?? []).filter((text) => text !== ''),
      limit: Math.min(Number(params.limit ?? 0), 1_000),
      attributeKeys: params.attributes ?? [],
      traceIds: (params.trace_id ?? []).map(requireTraceId),
    };
    return async (_query, { call }, { metrics }): Promise<z.infer<typeof answer>> => {
      const found = await metrics.listMetrics(request, call);
      return { metrics: found.metrics.map(toItem), all_available_attributes: found.attributeKeys };
    };
  },
});

function toItem(info: MetricInfo): z.infer<typeof metric> {
  return {
    name: info.name,
    description: info.description,
    type: metricTypeName(info.type),
    attributes: info.attributeKeys,
    last_ingested_at: info.lastIngestedUnixNano,
    ...(info.tracePointUnixNano > 0n && { timestamp_of_datapoint_with_traceId: info.tracePointUnixNano }),
  };
}
