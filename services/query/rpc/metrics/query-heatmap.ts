import { withReading } from '../../clickhouse/reading.js';
import type { QueryContext } from '../../context.js';
import { queryHeatmaps } from '../../metrics/query-heatmap.js';
import type { MetricCalls } from './index.js';

export function queryHeatmap(context: QueryContext): MetricCalls['queryHeatmap'] {
  return (request, call) =>
    withReading(context, call, async (reading) => ({
      heatmaps: await queryHeatmaps({ reading, budget: context.budget }, request),
    }));
}
