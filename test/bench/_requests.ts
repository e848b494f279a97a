import { randomBytes } from 'node:crypto';
import { ExportLogsServiceRequest } from '../../gen/otlp/opentelemetry/proto/collector/logs/v1/logs_service.js';
import { ExportMetricsServiceRequest } from '../../gen/otlp/opentelemetry/proto/collector/metrics/v1/metrics_service.js';
import { ExportTraceServiceRequest } from '../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import { int, RESOURCE, text, tracesPayload } from './_payload.js';

export type BenchSignal = 'traces' | 'logs' | 'gauges';

/** A request with places where any bytes may stand, so that no two that are sent are alike. */
export interface PreparedRequest {
  readonly bytes: Buffer;
  readonly offsets: readonly number[];
}

export interface BenchedSignal {
  /** Path of the Export method. */
  readonly grpcPath: string;
  /** Label of the receiver's ledger. */
  readonly ledgerSignal: string;
  readonly prepare: (items: number) => PreparedRequest;
  /** The yardstick: the same bytes as objects, nothing stored. */
  readonly decode: (bytes: Uint8Array) => unknown;
}

/** Bytes at each place. */
export const UNIQUE_BYTES = 6;
const SERIES = 50;
const grpcPath = (service: string) => `/opentelemetry.proto.collector.${service}/Export`;
const nowUnixNano = () => BigInt(Date.now()) * 1_000_000n;

export const BENCHED_SIGNALS: Readonly<Record<BenchSignal, BenchedSignal>> = {
  traces: {
    grpcPath: grpcPath('trace.v1.TraceService'),
    ledgerSignal: 'traces',
    prepare: (items) => withPlaces(tracesPayload(items, nowUnixNano()), traceIdPlaces, items),
    decode: (bytes) => ExportTraceServiceRequest.decode(bytes),
  },
  logs: {
    grpcPath: grpcPath('logs.v1.LogsService'),
    ledgerSignal: 'logs',
    prepare: (items) => withPlaces(logsPayload(items), markPlaces, items),
    decode: (bytes) => ExportLogsServiceRequest.decode(bytes),
  },
  gauges: {
    grpcPath: grpcPath('metrics.v1.MetricsService'),
    ledgerSignal: 'metrics',
    prepare: (items) => withPlaces(gaugesPayload(items), markPlaces, items),
    decode: (bytes) => ExportMetricsServiceRequest.decode(bytes),
  },
};

function withPlaces(bytes: Buffer, find: (bytes: Buffer) => number[], items: number): PreparedRequest {
  const offsets = find(bytes);
  if (offsets.length !== items) throw new Error(`found ${offsets.length} of ${items} places`);
  return { bytes, offsets };
}

const TRACE_ID_FIELD = Buffer.from([0x0a, 16]);
const SPAN_ID_FIELD = Buffer.from([0x12, 8]);

function traceIdPlaces(bytes: Buffer): number[] {
  return placesOf(bytes, TRACE_ID_FIELD)
    .filter((at) => bytes.subarray(at + 18, at + 20).equals(SPAN_ID_FIELD))
    .map((at) => at + 2);
}

/** Stands in the trace id of a log record and in the value of a point: as a double it is an ordinary number. */
const MARK = Buffer.from([0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x45, 0x40]);

const markPlaces = (bytes: Buffer) => placesOf(bytes, MARK);

function placesOf(bytes: Buffer, pattern: Buffer): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(pattern); at >= 0; at = bytes.indexOf(pattern, at + 1)) places.push(at);
  return places;
}

const scope = { name: 'bench', version: '0.1.0' };

/** Log records with eight attributes each, six on the resource, a sentence as body. */
export function logsPayload(items: number): Buffer {
  const now = nowUnixNano();
  const logRecords = Array.from({ length: items }, (_, index) => ({
    timeUnixNano: now - BigInt(index * 1000),
    observedTimeUnixNano: now,
    severityNumber: 9 + (index % 3) * 4,
    severityText: ['INFO', 'WARN', 'ERROR'][index % 3] ?? '',
    body: {
      stringValue: `request ${index} to /api/v1/items/${index * 7} took ${index % 900} ms and returned ${index % 13} rows`,
    },
    attributes: [
      ...[text('http.request.method', 'GET'), text('http.route', '/api/v1/items/{id}')],
      ...[int('http.response.status_code', 200), text('user.id', `user-${index % 97}`)],
      ...[
        text('code.function', 'ItemController.show'),
        int('db.rows', index),
        text('thread.name', `worker-${index % 16}`),
      ],
      text('client.address', '192.168.1.7'),
    ],
    flags: 1,
    traceId: Buffer.concat([MARK, randomBytes(8)]),
    spanId: randomBytes(8),
  }));
  const request = ExportLogsServiceRequest.fromPartial({
    resourceLogs: [{ resource: RESOURCE, scopeLogs: [{ scope, logRecords }] }],
  });
  return Buffer.from(ExportLogsServiceRequest.encode(request).finish());
}

/** Points of fifty series, as an exporter sends them: a metric with its points one after another. */
function gaugesPayload(items: number): Buffer {
  const timeUnixNano = nowUnixNano();
  const point = (index: number) => ({
    timeUnixNano: timeUnixNano - BigInt(Math.floor(index / SERIES)) * 1_000_000n,
    asDouble: MARK.readDoubleLE(),
    attributes: [
      ...[text('http.route', `/api/v1/resource${index % SERIES}`), text('http.request.method', 'GET')],
      ...[int('http.response.status_code', 200), text('server.address', 'shop.example.com')],
      ...[int('server.port', 443), text('network.protocol.version', '1.1')],
    ],
  });
  const dataPoints = Array.from({ length: items }, (_, index) => point(index));
  const metrics = [{ name: 'http.server.active_requests', unit: '{request}', gauge: { dataPoints } }];
  const request = ExportMetricsServiceRequest.fromPartial({
    resourceMetrics: [{ resource: RESOURCE, scopeMetrics: [{ scope, metrics }] }],
  });
  return Buffer.from(ExportMetricsServiceRequest.encode(request).finish());
}
