import { startReading } from '../../clickhouse/reading.js';
import type { QueryContext } from '../../context.js';
import { queryHeatmaps } from '../../metrics/query-heatmap.js';
import type { MetricCalls } from './index.js';

export function queryHeatmap(context: QueryContext): MetricCalls['queryHeatmap'] {
  return async (request, call) => {
    const reading = startReading(context, call);
    return { heatmaps: await queryHeatmaps({ reading, budget: context.budget }, request) };
  };
}
