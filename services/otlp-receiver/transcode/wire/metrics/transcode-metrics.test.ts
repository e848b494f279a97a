import { ExportMetricsServiceRequest } from '../../../../../gen/otlp/opentelemetry/proto/collector/metrics/v1/metrics_service.js';
import { RandomMetrics } from '../../../../../test/_util/random-metrics.js';
import { describeTranscoder } from '../../../../../test/_util/transcoder-contract.js';
import { EXPORT_METRICS_SHAPE } from '../../reference/metric-shapes.js';
import { transcodeMetrics } from '../../reference/transcode-metrics.js';
import { MetricsTranscoder } from './transcode-metrics.js';

describeTranscoder('metrics', {
  make: (reference) => new MetricsTranscoder(reference),
  reference: transcodeMetrics,
  shape: EXPORT_METRICS_SHAPE,
  randomRequest: (random, nowUnixNano, faults) => new RandomMetrics(random, nowUnixNano, faults).request(),
  encode: (items, resource) => {
    const metrics = items.map(({ name, timeUnixNano }) => ({
      name,
      gauge: { dataPoints: [{ timeUnixNano, asInt: 1n }] },
    }));
    const request = { resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] };
    return ExportMetricsServiceRequest.encode(ExportMetricsServiceRequest.fromPartial(request)).finish();
  },
  hasSeries: true,
});
