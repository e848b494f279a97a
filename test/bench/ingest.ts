// `npm run bench ingest [seconds]`: the whole path, from a gRPC exporter to rows that can be queried, with the full schema, its indexes
// and views. The load generator runs on the same machine, and so does the yardstick: decoding the same bytes with ts-proto.
import { type Mesh, startMesh } from '../_util/mesh.js';
import { eventually } from '../_util/rest.js';
import { flood, type LoadOrder, replay } from './_load.js';
import { cpuSecondsOf, ledgerItems, processesOf, residentBytesOf } from './_mesh-figures.js';
import { BENCHED_SIGNALS, type BenchSignal } from './_requests.js';

const ITEMS = 512;
const SMALL_ITEMS = 5;
const SECONDS = Number(process.argv[2] ?? 10);
const OVERLOAD_SECONDS = Number(process.argv[3] ?? 60);
const SIGNALS: readonly BenchSignal[] = ['traces', 'logs', 'gauges'];
/** Of each second, how long ClickHouse may work while it is to take a third of what comes. */
const DUTY_MS = { run: 250, stop: 750 };
const MIB = 2 ** 20;

/** Items per second that one thread decodes, as the mean of before and after, so that a change of the machine shows. */
function decodeRate(signal: BenchSignal): number {
  const { prepare, decode } = BENCHED_SIGNALS[signal];
  const { bytes } = prepare(ITEMS);
  const measure = (repetitions: number) => {
    const startMs = performance.now();
    for (let repetition = 0; repetition < repetitions; repetition++) decode(bytes);
    return (repetitions * ITEMS * 1000) / (performance.now() - startMs);
  };
  measure(100);
  return measure(400);
}

async function wholePath(mesh: Mesh, order: LoadOrder) {
  const { ledgerSignal } = BENCHED_SIGNALS[order.signal];
  const cpu = () => ({
    receiver: cpuSecondsOf(mesh, 'receiver-worker'),
    engine: cpuSecondsOf(mesh, 'engine-main'),
  });
  const before = { stored: await ledgerItems(mesh, ledgerSignal, 'stored'), ...cpu() };
  const startMs = performance.now();
  const report = await replay(mesh, order);
  const items = report.acknowledged * order.itemsPerRequest;
  await eventually(
    () => ledgerItems(mesh, ledgerSignal, 'stored'),
    (stored) => stored - before.stored >= items,
  );
  const seconds = (performance.now() - startMs) / 1000;
  const after = cpu();
  const perItem = (value: number) => Number(((value * 1e6) / items).toFixed(1));
  const percentile = (share: number) =>
    Math.round(report.latenciesMs[Math.floor(report.latenciesMs.length * share)] ?? 0);
  return {
    'items/s': Math.round(items / seconds),
    'requests/s': Math.round(report.acknowledged / report.seconds),
    refused: report.refused,
    'ack p50 ms': percentile(0.5),
    'ack p99 ms': percentile(0.99),
    'receiver us/item': perItem(after.receiver - before.receiver),
    'ClickHouse us/item': perItem(after.engine - before.engine),
    'generator us/item': perItem(report.cpuSeconds),
  };
}

/** Requests that h2load has acknowledged, and whether every item of them is stored in the end. */
async function smallRequests(env: Record<string, string>) {
  const mesh = await startMesh({ env: { INGEST_DUPLICATE_WINDOW: '0s', ...env } });
  const order = { signal: 'traces', itemsPerRequest: SMALL_ITEMS } as const;
  await flood(mesh, { ...order, seconds: 2 });
  const report = await flood(mesh, { ...order, seconds: SECONDS });
  const [received, stored] = await eventually(
    async () => [await ledgerItems(mesh, 'traces', 'received'), await ledgerItems(mesh, 'traces', 'stored')],
    ([got, kept]) => got === kept,
  );
  await mesh.stop();
  return report && { ...report, received, stored };
}

/** The receiver's memory while ClickHouse is stopped for three quarters of the time. */
async function overload(mesh: Mesh) {
  const engine = processesOf(mesh).find(({ name }) => name === 'engine-main');
  if (!engine) throw new Error('the engine is not there');
  let peakBytes = 0;
  const duty = setInterval(() => {
    process.kill(engine.pid, 'SIGSTOP');
    setTimeout(() => process.kill(engine.pid, 'SIGCONT'), DUTY_MS.stop);
    peakBytes = Math.max(peakBytes, residentBytesOf(mesh, 'receiver-worker'));
  }, DUTY_MS.run + DUTY_MS.stop);
  const load = {
    signal: 'traces',
    itemsPerRequest: ITEMS,
    concurrency: 24,
    seconds: OVERLOAD_SECONDS,
  } as const;
  const report = await replay(mesh, load);
  clearInterval(duty);
  await new Promise((resolve) => setTimeout(resolve, DUTY_MS.stop + DUTY_MS.run));
  const stored = await ledgerItems(mesh, 'traces', 'stored');
  return {
    'peak RSS MiB': Math.round(peakBytes / MIB),
    'acknowledged spans': report.acknowledged * ITEMS,
    'refused requests': report.refused,
    'stored so far': stored,
  };
}

const rates = new Map(SIGNALS.map((signal) => [signal, [decodeRate(signal)]]));
const mesh = await startMesh();
const rows: Record<string, Awaited<ReturnType<typeof wholePath>>> = {};
for (const signal of SIGNALS) {
  const order = { signal, itemsPerRequest: ITEMS, concurrency: 24 };
  await wholePath(mesh, { ...order, seconds: 3 });
  rows[signal] = await wholePath(mesh, { ...order, seconds: SECONDS });
}
// What is acknowledged while a backlog grows is no rate that can last: half of what arrives in the tables is.
const rate = (rows.traces?.['items/s'] ?? 0) / ITEMS / 2;
rows['traces at half that rate'] = await wholePath(mesh, {
  signal: 'traces',
  itemsPerRequest: ITEMS,
  seconds: SECONDS,
  concurrency: 64,
  rate,
});
await mesh.stop();
for (const signal of SIGNALS) rates.get(signal)?.push(decodeRate(signal));
const small = {
  'one worker': await smallRequests({}),
  'two workers': await smallRequests({ RECEIVER_WORKERS: '2' }),
};
const flooded = await startMesh();
const pressure = OVERLOAD_SECONDS > 0 ? await overload(flooded) : undefined;
await flooded.stop();

const over = Object.fromEntries(
  SIGNALS.map((signal) => {
    const [before = 0, after = 0] = rates.get(signal) ?? [];
    const whole = rows[signal]?.['items/s'] ?? 0;
    const ratio = Number(((2 * whole) / (before + after)).toFixed(2));
    return [
      signal,
      { 'decode before': Math.round(before), 'decode after': Math.round(after), 'whole path': whole, ratio },
    ];
  }),
);
console.log(`Whole path, ${ITEMS} items a request:`);
console.table(rows);
console.log('Over ts-proto decode only, one thread, items/s:');
console.table(over);
console.log(`Requests of ${SMALL_ITEMS} spans (h2load):`);
console.table(small);
console.log(`${OVERLOAD_SECONDS} s of full load while ClickHouse runs a quarter of the time:`);
console.table({ pressure });
console.log(JSON.stringify({ bench: 'ingest', rows, over, small, pressure }));
