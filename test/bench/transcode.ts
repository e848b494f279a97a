// `npm run bench transcode`: the one-pass transcoder against decoding the same bytes with ts-proto and storing nothing.
import { ExportTraceServiceRequest } from '../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import { transcodeTraces } from '../../services/otlp-receiver/transcode/reference/transcode-traces.js';
import { TracesTranscoder } from '../../services/otlp-receiver/transcode/wire/transcode-traces.js';
import { tracesPayload } from './_payload.js';

const SPANS = 512;
const ROUNDS = 7;
const nowUnixNano = BigInt(Date.now()) * 1_000_000n;
const context = { tenantId: 1, projectId: 7n, nowUnixNano, limits: { retentionDays: 30 } };

/** Spans per second of processor time, which other work on the machine disturbs less than the clock. */
function rate(repetitions: number, work: () => void): number {
  const before = process.cpuUsage();
  for (let repetition = 0; repetition < repetitions; repetition++) work();
  const { user, system } = process.cpuUsage(before);
  return (repetitions * SPANS * 1e6) / (user + system);
}

const bytes = tracesPayload(SPANS, nowUnixNano);
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
