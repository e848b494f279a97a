import { z } from 'zod';
import { CounterView } from '../../../../gen/es/gob/query/v1/metrics_pb.js';
import { METRIC_FUNCTION_NAMES, metricFunctionOf } from '../../format/metric-types.js';
import { int64 } from '../../format/schemas.js';
import { defineQueryRoute } from '../../http/route.js';
import { groupKeysParam, seriesParams, stepParam, toSelection } from '../../params/metric-params.js';
import { heatmapResult, toHeatmapResult } from './heatmap-result.js';
import { lineResult, toLineResult } from './line-result.js';

const query = z.object({
  ...seriesParams,
  mvisual: z
    .enum(['heatmap'], 'expected heatmap')
    .optional()
    .describe('Counts by bucket instead of lines; only of histograms. groupby_fn has no effect then.'),
  groupby_fn: z
    .enum(METRIC_FUNCTION_NAMES, `expected one of ${METRIC_FUNCTION_NAMES.join(', ')}`)
    .optional()
    .describe('How the series of a group become one line; which ones a metric has, its metadata says.'),
  groupby_attrs: groupKeysParam,
  step: stepParam,
  counter: z
    .enum(['increase', 'rate'], 'expected increase or rate')
    .default('increase')
    .describe(
      'What is shown of sums that only grow, and of counts and sums of histograms: by how much they grew, or that per second.',
    ),
});

const answer = z.object({
  start_ts: int64.describe('Unix nanoseconds.'),
  end_ts: int64,
  results: z.array(z.union([lineResult, heatmapResult])),
});

const COUNTERS = { increase: CounterView.INCREASE, rate: CounterView.RATE } as const;

export const searchMetricsRoute = defineQueryRoute({
  suffix: '/metrics/search',
  documentedSuffix: '/metrics/search',
  summary: 'Values of a metric over time',
  query,
  answer,
  example: {
    query: { mname: 'cart.items', mtype: 'Sum', groupby_fn: 'sum', groupby_attrs: 'region', period: '1h' },
    answer: {
      start_ts: 1_927_771_200_000_000_000n,
      end_ts: 1_927_774_800_000_000_000n,
      results: [
        {
          name: 'cart.items',
          description: 'Items put into carts',
          unit: '1',
          type: 'Sum',
          attributes: { region: 'eu' },
          values: [['1927771260000000000', '3.000000', ['0a1b2c3d-0000-4000-8000-00000000beef']]],
        },
      ],
    },
  },
  prepare: ({ params, nowMs }) => {
    const selection = toSelection(params, nowMs);
    const named = { name: params.mname, type: params.mtype };
    const keys = params.groupby_attrs ?? [];
    const stepMs = params.step ?? 0n;
    const { startUnixNano: start_ts, endUnixNano: end_ts } = selection.range;
    return async (_query, { call }, { metrics }): Promise<z.infer<typeof answer>> => {
      if (params.mvisual === 'heatmap') {
        const groupBy = keys.filter((key) => key !== '*');
        const { heatmaps } = await metrics.queryHeatmap({ selection, groupBy, stepMs }, call);
        return { start_ts, end_ts, results: heatmaps.map((heatmap) => toHeatmapResult(heatmap, named)) };
      }
      const grouping = { keys, function: metricFunctionOf(params.groupby_fn) };
      const counter = COUNTERS[params.counter];
      const { lines } = await metrics.queryMetric({ selection, grouping, stepMs, counter }, call);
      return { start_ts, end_ts, results: lines.map((line) => toLineResult(line, named)) };
    };
  },
});
