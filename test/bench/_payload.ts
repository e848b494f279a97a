import { randomBytes } from 'node:crypto';
import { ExportTraceServiceRequest } from '../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import type { KeyValue } from '../../gen/otlp/opentelemetry/proto/common/v1/common.js';

export const text = (key: string, stringValue: string) => ({ key, value: { stringValue } }) as KeyValue;
export const int = (key: string, intValue: number) =>
  ({ key, value: { intValue: BigInt(intValue) } }) as KeyValue;

/** Spans with eight attributes each, six on the resource, random ids: what an SDK's batch looks like. */
export function tracesPayload(spans: number, nowUnixNano: bigint): Buffer {
  const attributes = [
    ...[text('service.name', 'shop'), text('service.version', '1.2.3'), text('host.name', 'host-1234')],
    ...[
      text('telemetry.sdk.language', 'go'),
      text('k8s.pod.name', 'shop-7d8f9c-xk2p1'),
      text('deployment.environment', 'production'),
    ],
  ];
  const scopeSpans = [
    {
      scope: { name: 'otelhttp', version: '0.49.0' },
      spans: Array.from({ length: spans }, (_, index) => span(index, nowUnixNano)),
    },
  ];
  const request = ExportTraceServiceRequest.fromPartial({
    resourceSpans: [{ resource: { attributes }, scopeSpans }],
  });
  return Buffer.from(ExportTraceServiceRequest.encode(request).finish());
}

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
