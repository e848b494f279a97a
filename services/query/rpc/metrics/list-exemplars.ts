import { startReading } from '../../clickhouse/reading.js';
import type { QueryContext } from '../../context.js';
import { listNewestExemplars } from '../../metrics/list-exemplars.js';
import type { MetricCalls } from './index.js';

export function listExemplars(context: QueryContext): MetricCalls['listExemplars'] {
  return (request, call) =>
    listNewestExemplars({ reading: startReading(context, call), budget: context.budget }, request);
}
