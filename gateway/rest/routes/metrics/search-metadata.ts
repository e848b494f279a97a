import { z } from 'zod';
import { METRIC_FUNCTION_NAMES, metricFunctionName, metricTypeName } from '../../format/metric-types.js';
import { int64 } from '../../format/schemas.js';
import { defineQueryRoute } from '../../http/route.js';
import { metricNameParams } from '../../params/metric-params.js';

const answer = z.object({
  name: z.string(),
  type: z.string().describe('In lower case.'),
  description: z.string(),
  attribute_keys: z.array(z.string()),
  last_ingested_at: int64.describe('Unix nanoseconds.'),
  supported_aggregations: z.array(z.string()).describe('Widths of the default buckets of time.'),
  supported_functions: z.array(z.enum(METRIC_FUNCTION_NAMES)),
  default_group_by_attributes: z.array(z.string()),
  default_group_by_function: z.enum(METRIC_FUNCTION_NAMES),
});

export const searchMetricMetadataRoute = defineQueryRoute({
  suffix: '/metrics/searchmetadata',
  documentedSuffix: '/metrics/searchmetadata',
  summary: 'Attributes of a metric and how it can be grouped; 404 when nothing of it is stored',
  query: z.object(metricNameParams),
  answer,
  isCatalogue: true,
  example: {
    query: { mname: 'cart.items', mtype: 'Sum' },
    answer: {
      name: 'cart.items',
      type: 'sum',
      description: 'Items put into carts',
      attribute_keys: ['region', 'service.name'],
      last_ingested_at: 1_927_771_200_000_000_000n,
      supported_aggregations: ['1m', '1h', '1d'],
      supported_functions: ['avg', 'sum', 'min', 'max', 'count'],
      default_group_by_attributes: ['region'],
      default_group_by_function: 'sum',
    },
  },
  prepare:
    ({ params }) =>
    async (_query, { call }, { metrics }): Promise<z.infer<typeof answer>> => {
      const found = await metrics.getMetric({ name: params.mname, type: params.mtype }, call);
      return {
        name: params.mname,
        type: metricTypeName(params.mtype).toLowerCase(),
        description: found.metric?.description ?? '',
        attribute_keys: found.metric?.attributeKeys ?? [],
        last_ingested_at: found.metric?.lastIngestedUnixNano ?? 0n,
        supported_aggregations: ['1m', '1h', '1d'],
        supported_functions: found.functions.map(metricFunctionName),
        default_group_by_attributes: found.defaultGroupBy,
        default_group_by_function: metricFunctionName(found.defaultFunction),
      };
    },
});
