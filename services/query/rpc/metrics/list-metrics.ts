import { withReading } from '../../clickhouse/reading.js';
import type { QueryContext } from '../../context.js';
import { listStoredMetrics } from '../../metrics/list-metrics.js';
import type { MetricCalls } from './index.js';

export function listMetrics(context: QueryContext): MetricCalls['listMetrics'] {
  return (request, call) => withReading(context, call, (reading) => listStoredMetrics(reading, request));
}
