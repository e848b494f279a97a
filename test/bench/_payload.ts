import { randomBytes } from 'node:crypto';
import { ExportMetricsServiceRequest } from '../../gen/otlp/opentelemetry/proto/collector/metrics/v1/metrics_service.js';
import { ExportTraceServiceRequest } from '../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import type { KeyValue } from '../../gen/otlp/opentelemetry/proto/common/v1/common.js';

export const text = (key: string, stringValue: string) => ({ key, value: { stringValue } }) as KeyValue;
export const int = (key: string, intValue: number) =>
  ({ key, value: { intValue: BigInt(intValue) } }) as KeyValue;

/** What an exporter says of its process: six attributes. */
export const RESOURCE = {
  attributes: [
    ...[text('service.name', 'shop'), text('service.version', '1.2.3'), text('host.name', 'host-1234')],
    ...[text('telemetry.sdk.language', 'go'), text('k8s.pod.name', 'shop-7d8f9c-xk2p1')],
    text('deployment.environment', 'production'),
  ],
};

/** Spans with eight attributes each, six on the resource, random ids: what an SDK's batch looks like. */
export function tracesPayload(spans: number, nowUnixNano: bigint): Buffer {
  const scopeSpans = [
    {
      scope: { name: 'otelhttp', version: '0.49.0' },
      spans: Array.from({ length: spans }, (_, index) => span(index, nowUnixNano)),
    },
  ];
  const request = ExportTraceServiceRequest.fromPartial({
    resourceSpans: [{ resource: RESOURCE, scopeSpans }],
  });
  return Buffer.from(ExportTraceServiceRequest.encode(request).finish());
}

const METRICS = 5;
const LABEL_SETS = 10;

/** Points of fifty series of gauges or histograms, six attributes each: those of five metrics with ten sets of labels. */
export function metricsPayload(kind: 'gauge' | 'histogram', count: number, nowUnixNano: bigint): Buffer {
  const point = kind === 'gauge' ? gaugePoint : histogramPoint;
  const dataPoints = Array.from({ length: count }, (_, index) => ({
    startTimeUnixNano: nowUnixNano - 3_600_000_000_000n,
    timeUnixNano: nowUnixNano - BigInt(Math.floor(index / LABEL_SETS) * 1_000_000),
    attributes: labels(index % LABEL_SETS),
    ...point(index),
  }));
  const metrics = Array.from({ length: METRICS }, (_, metric) => ({
    name: `http.server.requests.${metric}`,
    description: 'Requests that the server has answered',
    unit: '{request}',
    [kind]: {
      dataPoints: dataPoints.filter((_point, index) => Math.floor(index / LABEL_SETS) % METRICS === metric),
      aggregationTemporality: 2,
    },
  }));
  const scopeMetrics = [{ scope: { name: 'otelhttp', version: '0.49.0' }, metrics }];
  const request = ExportMetricsServiceRequest.fromPartial({
    resourceMetrics: [{ resource: RESOURCE, scopeMetrics }],
  });
  return Buffer.from(ExportMetricsServiceRequest.encode(request).finish());
}

const labels = (set: number) => [
  text('http.request.method', set % 2 === 0 ? 'GET' : 'POST'),
  text('http.route', `/api/v1/items/{id}/${set}`),
  int('http.response.status_code', 200 + set),
  text('url.scheme', 'https'),
  text('server.address', 'shop.example.com'),
  int('server.port', 8443),
];

const gaugePoint = (index: number) => ({ asDouble: index * 1.25 });

const histogramPoint = (index: number) => ({
  count: BigInt(index),
  sum: index * 1.25,
  min: 0.001,
  max: 7.5,
  explicitBounds: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  bucketCounts: Array.from({ length: 15 }, (_, bucket) => BigInt(index * bucket)),
});

function span(index: number, nowUnixNano: bigint) {
  return {
    traceId: randomBytes(16),
    spanId: randomBytes(8),
    parentSpanId: index % 5 === 0 ? Buffer.alloc(0) : randomBytes(8),
    name: 'GET /api/v1/items/{id}',
    kind: 2 + (index % 3),
    startTimeUnixNano: nowUnixNano - BigInt(index * 1000),
    endTimeUnixNano: nowUnixNano + 1000n,
    flags: 257,
    attributes: [
      text('http.request.method', 'GET'),
      text('http.route', '/api/v1/items/{id}'),
      int('http.response.status_code', 200),
      text('url.path', `/api/v1/items/${index}`),
      text('user.id', `user-${index % 97}`),
      text('net.peer.ip', `10.0.0.${index % 255}`),
      int('db.rows', index),
      text('client.address', '192.168.1.7'),
    ],
    status: { code: index % 17 === 0 ? 2 : 0, message: '' },
  };
}
