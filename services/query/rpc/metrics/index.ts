import type { ServiceImpl } from '@connectrpc/connect';
import type { MetricQueryService } from '../../../../gen/es/gob/query/v1/metrics_pb.js';
import type { QueryContext } from '../../context.js';
import { getMetric } from './get-metric.js';
import { listExemplars } from './list-exemplars.js';
import { listMetrics } from './list-metrics.js';
import { listTraceExemplars } from './list-trace-exemplars.js';
import { queryHeatmap } from './query-heatmap.js';
import { queryMetric } from './query-metric.js';

export type MetricCalls = ServiceImpl<typeof MetricQueryService>;

/** Every call of the metrics contract. */
export function metricCalls(context: QueryContext): MetricCalls {
  return {
    listMetrics: listMetrics(context),
    getMetric: getMetric(context),
    queryMetric: queryMetric(context),
    queryHeatmap: queryHeatmap(context),
    listExemplars: listExemplars(context),
    listTraceExemplars: listTraceExemplars(context),
  };
}
