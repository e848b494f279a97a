import { withReading } from '../../clickhouse/reading.js';
import type { QueryContext } from '../../context.js';
import { getStoredMetric } from '../../metrics/get-metric.js';
import type { MetricCalls } from './index.js';

export function getMetric(context: QueryContext): MetricCalls['getMetric'] {
  return (request, call) =>
    withReading(context, call, (reading) => getStoredMetric({ reading, budget: context.budget }, request));
}
