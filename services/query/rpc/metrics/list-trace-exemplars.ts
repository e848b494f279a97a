import { withReading } from '../../clickhouse/reading.js';
import type { QueryContext } from '../../context.js';
import { listExemplarsOfTrace } from '../../metrics/list-trace-exemplars.js';
import type { MetricCalls } from './index.js';

export function listTraceExemplars(context: QueryContext): MetricCalls['listTraceExemplars'] {
  return (request, call) => withReading(context, call, (reading) => listExemplarsOfTrace(reading, request));
}
