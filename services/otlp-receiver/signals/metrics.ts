import { ExportMetricsServiceResponse } from '../../../gen/otlp/opentelemetry/proto/collector/metrics/v1/metrics_service.js';
import { readMetricsJson } from '../transcode/json/read-metrics.js';
import { METRIC_TABLES } from '../transcode/metric-columns.js';
import { MetricsTranscoder } from '../transcode/wire/metrics/transcode-metrics.js';
import type { PartialSuccess, SignalDefinition } from './signal.js';

export const metricsSignal: SignalDefinition = {
  name: 'metrics',
  items: 'data points',
  grpcService: 'opentelemetry.proto.collector.metrics.v1.MetricsService',
  tables: METRIC_TABLES,
  readJson: readMetricsJson,
  itemPath: [[1], [2], [2], [5, 7, 9, 10, 11], [1]],
  transcode: new MetricsTranscoder().transcode,
  encodeResponse: (partial) => ExportMetricsServiceResponse.encode(response(partial)).finish(),
  responseToJson: (partial) => ExportMetricsServiceResponse.toJSON(response(partial)),
};

function response(partial: PartialSuccess | undefined): ExportMetricsServiceResponse {
  if (!partial) return { partialSuccess: undefined };
  return { partialSuccess: { rejectedDataPoints: partial.rejected, errorMessage: partial.errorMessage } };
}
