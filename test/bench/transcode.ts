// `npm run bench transcode`: the one-pass transcoder against decoding the same bytes with ts-proto and storing nothing.
import { randomBytes } from 'node:crypto';
import { ExportTraceServiceRequest } from '../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import type { KeyValue } from '../../gen/otlp/opentelemetry/proto/common/v1/common.js';
import { transcodeTraces } from '../../services/otlp-receiver/transcode/reference/transcode-traces.js';
import { TracesTranscoder } from '../../services/otlp-receiver/transcode/wire/transcode-traces.js';

const SPANS = 512;
const ROUNDS = 7;
const nowUnixNano = BigInt(Date.now()) * 1_000_000n;
const context = { tenantId: 1, projectId: 7n, nowUnixNano, limits: { retentionDays: 30 } };

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } }) as KeyValue;
const int = (key: string, intValue: number) => ({ key, value: { intValue: BigInt(intValue) } }) as KeyValue;

/** 512 spans with eight attributes each, six on the resource: what an SDK's default batch looks like. */
function referencePayload(): Uint8Array {
  const spans = Array.from({ length: SPANS }, (_, index) => ({
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
  }));
  const attributes = [
    ...[text('service.name', 'shop'), text('service.version', '1.2.3'), text('host.name', 'host-1234')],
    ...[
      text('telemetry.sdk.language', 'go'),
      text('k8s.pod.name', 'shop-7d8f9c-xk2p1'),
      text('deployment.environment', 'production'),
    ],
  ];
  const scopeSpans = [{ scope: { name: 'otelhttp', version: '0.49.0' }, spans }];
  return ExportTraceServiceRequest.encode(
    ExportTraceServiceRequest.fromPartial({ resourceSpans: [{ resource: { attributes }, scopeSpans }] }),
  ).finish();
}

/** Spans per second of processor time, which other work on the machine disturbs less than the clock. */
function rate(repetitions: number, work: () => void): number {
  const before = process.cpuUsage();
  for (let repetition = 0; repetition < repetitions; repetition++) work();
  const { user, system } = process.cpuUsage(before);
  return (repetitions * SPANS * 1e6) / (user + system);
}

const bytes = referencePayload();
const fast = new TracesTranscoder();
const subjects = {
  'ts-proto decode only': { repetitions: 400, work: () => void ExportTraceServiceRequest.decode(bytes) },
  'one-pass transcoder': { repetitions: 800, work: () => void fast.transcode(bytes, context) },
  'reference transcoder': { repetitions: 20, work: () => void transcodeTraces(bytes, context) },
};
const rates: Record<string, number[]> = {};
for (let round = 0; round <= ROUNDS; round++) {
  for (const [name, { repetitions, work }] of Object.entries(subjects)) {
    const spansPerSecond = rate(repetitions, work);
    // The first round warms up.
    if (round > 0) rates[name] = [...(rates[name] ?? []), spansPerSecond];
  }
}
const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const base = median(rates['ts-proto decode only'] ?? []);
console.log(
  `${SPANS} spans, ${Math.round(bytes.length / SPANS)} wire bytes each, one thread, median of ${ROUNDS} interleaved rounds`,
);
console.table(
  Object.fromEntries(
    Object.entries(rates).map(([name, values]) => [
      name,
      {
        'spans/s': Math.round(median(values)),
        'over ts-proto decode': Number((median(values) / base).toFixed(2)),
      },
    ]),
  ),
);
console.log(JSON.stringify({ bench: 'transcode', spans: SPANS, bytes: bytes.length, rates }));
