import { withReading } from '../../clickhouse/reading.js';
import type { QueryContext } from '../../context.js';
import { listNewestExemplars } from '../../metrics/list-exemplars.js';
import type { MetricCalls } from './index.js';

export function listExemplars(context: QueryContext): MetricCalls['listExemplars'] {
  return (request, call) =>
    withReading(context, call, (reading) =>
      listNewestExemplars({ reading, budget: context.budget }, request),
    );
}
