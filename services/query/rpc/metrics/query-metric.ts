import { withReading } from '../../clickhouse/reading.js';
import type { QueryContext } from '../../context.js';
import { queryMetricLines } from '../../metrics/lines/query-metric.js';
import type { MetricCalls } from './index.js';

export function queryMetric(context: QueryContext): MetricCalls['queryMetric'] {
  return (request, call) =>
    withReading(context, call, async (reading) => ({
      lines: await queryMetricLines({ reading, budget: context.budget }, request),
    }));
}
