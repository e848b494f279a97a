// `npm run bench transcode [signal …]`: the one-pass transcoders against decoding the same bytes with ts-proto and storing nothing.
import { ExportLogsServiceRequest } from '../../gen/otlp/opentelemetry/proto/collector/logs/v1/logs_service.js';
import { ExportMetricsServiceRequest } from '../../gen/otlp/opentelemetry/proto/collector/metrics/v1/metrics_service.js';
import { ExportTraceServiceRequest } from '../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import type { ReceivedSignal } from '../../services/otlp-receiver/admission/admission.js';
import { DerivedRows } from '../../services/otlp-receiver/derived/derived-rows.js';
import { transcodeLogs } from '../../services/otlp-receiver/transcode/reference/transcode-logs.js';
import { transcodeMetrics } from '../../services/otlp-receiver/transcode/reference/transcode-metrics.js';
import { transcodeTraces } from '../../services/otlp-receiver/transcode/reference/transcode-traces.js';
import type { Transcode } from '../../services/otlp-receiver/transcode/transcode.js';
import { LogsTranscoder } from '../../services/otlp-receiver/transcode/wire/logs/transcode-logs.js';
import { MetricsTranscoder } from '../../services/otlp-receiver/transcode/wire/metrics/transcode-metrics.js';
import { TracesTranscoder } from '../../services/otlp-receiver/transcode/wire/traces/transcode-traces.js';
import { metricsPayload, tracesPayload } from './_payload.js';
import { logsPayload } from './_requests.js';

const ITEMS = 512;
const ROUNDS = 7;
const nowUnixNano = BigInt(Date.now()) * 1_000_000n;
const context = { tenantId: 1, projectId: 7n, nowUnixNano, limits: { retentionDays: 30 } };

interface Subject {
  readonly bytes: Buffer;
  readonly decode: (bytes: Buffer) => unknown;
  readonly onePass: Transcode;
  readonly reference: Transcode;
  /** Whether its items belong to series, which may be capped. */
  readonly hasSeries?: boolean;
}

/** As the receiver does it: with the rows of what is new, under a cap on series. */
function noting(onePass: Transcode, signal: ReceivedSignal, maxMetricSeries: number): Transcode {
  const derived = new DerivedRows();
  const caps = { maxMetricSeries, maxAttributeKeys: 500, maxAttributeValuesPerKey: 500 };
  const cardinality = maxMetricSeries === Number.POSITIVE_INFINITY ? undefined : caps;
  return (bytes, transcodeContext) => {
    const delivery = derived.open({ ...transcodeContext, database: 'd', signal, cardinality });
    const result = onePass(bytes, { ...transcodeContext, sightings: delivery });
    delivery.blocks();
    delivery.stored();
    delivery.limited();
    return result;
  };
}

const ofMetrics = (kind: 'gauge' | 'histogram'): Subject => ({
  bytes: metricsPayload(kind, ITEMS, nowUnixNano),
  decode: (bytes) => ExportMetricsServiceRequest.decode(bytes),
  onePass: new MetricsTranscoder().transcode,
  reference: transcodeMetrics,
  hasSeries: true,
});

const SUBJECTS: Readonly<Record<string, Subject>> = {
  traces: {
    bytes: tracesPayload(ITEMS, nowUnixNano),
    decode: (bytes) => ExportTraceServiceRequest.decode(bytes),
    onePass: new TracesTranscoder().transcode,
    reference: transcodeTraces,
  },
  logs: {
    bytes: logsPayload(ITEMS),
    decode: (bytes) => ExportLogsServiceRequest.decode(bytes),
    onePass: new LogsTranscoder().transcode,
    reference: transcodeLogs,
  },
  gauges: ofMetrics('gauge'),
  histograms: ofMetrics('histogram'),
};

/** Items per second of processor time, which other work on the machine disturbs less than the clock. */
function rate(repetitions: number, work: () => void): number {
  const before = process.cpuUsage();
  for (let repetition = 0; repetition < repetitions; repetition++) work();
  const { user, system } = process.cpuUsage(before);
  return (repetitions * ITEMS * 1e6) / (user + system);
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

function measure(signal: string, subject: Subject): void {
  const { bytes, decode, onePass, reference, hasSeries } = subject;
  const capped = (maxMetricSeries: number) => {
    const transcode = noting(onePass, 'metrics', maxMetricSeries);
    return { repetitions: 800, work: () => void transcode(bytes, context) };
  };
  const ways = {
    'ts-proto decode only': { repetitions: 400, work: () => void decode(bytes) },
    'one-pass transcoder': { repetitions: 800, work: () => void onePass(bytes, context) },
    ...(hasSeries && {
      'with its series, no cap': capped(Number.POSITIVE_INFINITY),
      'with its series, under a cap': capped(1_000),
      'with its series, all over the cap': capped(1),
    }),
    'reference transcoder': { repetitions: 20, work: () => void reference(bytes, context) },
  };
  const rates: Record<string, number[]> = {};
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, { repetitions, work }] of Object.entries(ways)) {
      const itemsPerSecond = rate(repetitions, work);
      // The first round warms up.
      if (round > 0) rates[name] = [...(rates[name] ?? []), itemsPerSecond];
    }
  }
  const base = median(rates['ts-proto decode only'] ?? []);
  const wireBytes = Math.round(bytes.length / ITEMS);
  console.log(
    `${signal}: ${ITEMS} items, ${wireBytes} wire bytes each, one thread, median of ${ROUNDS} interleaved rounds`,
  );
  const row = (values: number[]) => ({
    'items/s': Math.round(median(values)),
    'over ts-proto decode': Number((median(values) / base).toFixed(2)),
  });
  console.table(Object.fromEntries(Object.entries(rates).map(([name, values]) => [name, row(values)])));
  console.log(JSON.stringify({ bench: 'transcode', signal, items: ITEMS, bytes: bytes.length, rates }));
}

const chosen = process.argv.slice(2);
for (const [signal, subject] of Object.entries(SUBJECTS))
  if (chosen.length === 0 || chosen.includes(signal)) measure(signal, subject);
