// `npm run bench ingest`: the whole path, from a gRPC exporter to rows that can be queried, with the full schema, its indexes and
// views. The load generator runs on the same machine, and so does the yardstick: decoding the same bytes with ts-proto.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { ExportTraceServiceRequest } from '../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import { type Mesh, startMesh } from '../_util/mesh.js';
import { eventually } from '../_util/rest.js';
import { tracesPayload } from './_payload.js';
import type { ReplayOrder, ReplayReport } from './_replayer.js';

const SPANS = 512;
const SECONDS = Number(process.argv[2] ?? 10);

async function replay(order: ReplayOrder): Promise<ReplayReport> {
  const child = fork(new URL('./_replayer.js', import.meta.url));
  child.send(order);
  const [report] = (await once(child, 'message')) as [ReplayReport];
  child.kill();
  return report;
}

/** Spans per second that one thread decodes, before and after the run so that a change of the machine shows. */
function decodeRate(): number {
  const bytes = tracesPayload(SPANS, BigInt(Date.now()) * 1_000_000n);
  const measure = (repetitions: number) => {
    const startMs = performance.now();
    for (let repetition = 0; repetition < repetitions; repetition++) ExportTraceServiceRequest.decode(bytes);
    return (repetitions * SPANS * 1000) / (performance.now() - startMs);
  };
  measure(100);
  return measure(500);
}

/** Rows of spans, from the ingest ledger of the receivers. */
async function storedSpans(mesh: Mesh): Promise<number> {
  const metrics = await (await fetch(`${mesh.metricsUrl}/metrics`)).text();
  const lines = metrics
    .split('\n')
    .filter((line) => /^gob_receiver_items_total\{/.test(line) && /outcome="stored"/.test(line));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** Seconds of processor time by process, children of the mesh included. */
function processorSeconds(pid: number): Map<string, number> {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const seconds = new Map<string, number>();
  for (const candidate of pids) {
    try {
      const fields = readFileSync(`/proc/${candidate}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      if (Number(candidate) !== pid && Number(fields[1]) !== pid) continue;
      const command = readFileSync(`/proc/${candidate}/cmdline`, 'utf8');
      const name = /(engine-main|receiver-worker|all-in-one\/main)/.exec(command)?.[1] ?? 'other';
      seconds.set(name, (seconds.get(name) ?? 0) + (Number(fields[11]) + Number(fields[12])) / 100);
    } catch {
      // Gone between the listing and the reading.
    }
  }
  return seconds;
}

async function wholePath(mesh: Mesh, order: Omit<ReplayOrder, 'url' | 'token'>) {
  const before = { stored: await storedSpans(mesh), cpu: processorSeconds(mesh.pid) };
  const startMs = performance.now();
  const report = await replay({ ...order, url: mesh.otlpGrpcUrl, token: mesh.ingestToken });
  const spans = report.acknowledged * order.spansPerRequest;
  await eventually(
    () => storedSpans(mesh),
    (stored) => stored - before.stored >= spans,
  );
  const seconds = (performance.now() - startMs) / 1000;
  const after = processorSeconds(mesh.pid);
  const cpu = (name: string) => (((after.get(name) ?? 0) - (before.cpu.get(name) ?? 0)) * 1e6) / spans;
  const percentile = (share: number) =>
    report.latenciesMs[Math.floor(report.latenciesMs.length * share)] ?? 0;
  return {
    'spans/s': Math.round(spans / seconds),
    'requests/s': Math.round(report.acknowledged / report.seconds),
    refused: report.refused,
    'ack p50 ms': Math.round(percentile(0.5)),
    'ack p99 ms': Math.round(percentile(0.99)),
    'receiver us/span': Number(cpu('receiver-worker').toFixed(1)),
    'ClickHouse us/span': Number(cpu('engine-main').toFixed(1)),
  };
}

const before = decodeRate();
const mesh = await startMesh();
await wholePath(mesh, { spansPerRequest: SPANS, seconds: 3, concurrency: 16 });
const large = await wholePath(mesh, { spansPerRequest: SPANS, seconds: SECONDS, concurrency: 24 });
const half = await wholePath(mesh, {
  spansPerRequest: SPANS,
  seconds: SECONDS,
  concurrency: 64,
  rate: large['requests/s'] / 2,
});
const small = await wholePath(mesh, { spansPerRequest: 5, seconds: SECONDS, concurrency: 256 });
await mesh.stop();
const after = decodeRate();

console.table({
  'requests of 512 spans': large,
  'the same at half that rate': half,
  'requests of 5 spans': small,
});
const yardstick = (before + after) / 2;
console.log(
  `ts-proto decode only, one thread: ${Math.round(before)} spans/s before, ${Math.round(after)} after`,
);
console.log(`whole path over it: ${(large['spans/s'] / yardstick).toFixed(2)}`);
console.log(JSON.stringify({ bench: 'ingest', decodeSpansPerSecond: [before, after], large, half, small }));
