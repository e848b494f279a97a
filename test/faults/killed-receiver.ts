import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { exportOverHttp } from '../integration/otlp-receiver/clients.js';
import { oneSpan, type TestDataDir } from '../integration/otlp-receiver/durable/spool.harness.js';
import { DATABASE, eventually, type TestStack } from '../integration/otlp-receiver/harness.js';

export interface KillOptions {
  readonly stack: TestStack;
  readonly dataDir: TestDataDir;
  /** As the receiver reaches it; a proxy may stand before it. */
  readonly clickhouseUrl: string;
  readonly kills: number;
  /** A receiver is killed after this many acknowledgements at most. */
  readonly maxPerLife: number;
  readonly senders: number;
}

export interface KillOutcome {
  /** Exports that were acknowledged. */
  readonly acknowledged: number;
  /** Exports without an answer: whether they are stored is open, but not twice. */
  readonly unanswered: number;
  /** Acknowledged, and not in the store. */
  readonly lost: number;
  /** In the store more than once, acknowledged or not. */
  readonly doubled: number;
}

interface Worker {
  readonly child: ChildProcess;
  readonly httpUrl: string;
}

/**
 * Sends single spans to a receiver that is killed (SIGKILL) again and again in the middle of it and started anew on the same
 * directory; then lets the last one finish and compares the store with the acknowledgements. Nothing is sent twice: an
 * exporter that repeats what was not answered may double it, because the memory of what came dies with the process.
 */
export async function killUnderLoad(options: KillOptions): Promise<KillOutcome> {
  const { kills, maxPerLife, senders, dataDir, stack } = options;
  const acknowledged = new Set<string>();
  const unanswered = new Set<string>();
  for (let life = 0; life <= kills; life++) {
    const worker = await startWorker(options);
    const stop = new AbortController();
    const sending = Array.from({ length: senders }, () =>
      send(worker, acknowledged, unanswered, stop.signal),
    );
    const enough = acknowledged.size + Math.ceil(Math.random() * maxPerLife);
    await eventually(() => acknowledged.size >= enough || undefined);
    const exited = once(worker.child, 'exit');
    if (life < kills) worker.child.kill('SIGKILL');
    stop.abort();
    await Promise.all(sending);
    if (life === kills) {
      await eventually(() => dataDir.spooled().length === 0 || undefined);
      worker.child.kill('SIGKILL');
    }
    await exited;
  }
  const counts = await storedCounts(stack);
  return {
    acknowledged: acknowledged.size,
    unanswered: unanswered.size,
    lost: [...acknowledged].filter((id) => !counts.has(id)).length,
    doubled: [...counts.values()].filter((count) => count > 1).length,
  };
}

async function send(
  worker: Worker,
  acknowledged: Set<string>,
  unanswered: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const traceId = randomBytes(16);
    const status = await exportOverHttp(worker, { body: oneSpan(traceId) }).then(
      (answer) => answer.status,
      () => 0,
    );
    (status === 200 ? acknowledged : unanswered).add(traceId.toString('hex'));
    if (status === 0) return;
  }
}

async function startWorker({ stack, dataDir, clickhouseUrl }: KillOptions): Promise<Worker> {
  const child = fork('dist/test/integration/otlp-receiver/worker.js', [], {
    env: {
      ...process.env,
      TEST_GRPC_PORT: '0',
      TEST_HTTP_PORT: '0',
      TEST_CLICKHOUSE_URL: clickhouseUrl,
      TEST_GATEKEEPER_URL: stack.gatekeeper.url,
      TEST_DATA_DIR: dataDir.path,
    },
  });
  const died = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the receiver ended: ${code}`)));
  const [urls] = await Promise.race([once(child, 'message'), died]);
  died.catch(() => undefined);
  return { child, httpUrl: urls.httpUrl };
}

async function storedCounts({ store }: TestStack): Promise<Map<string, number>> {
  const sql = `SELECT lower(hex(TraceId)) AS id, toUInt32(count()) AS spans FROM ${DATABASE}.spans GROUP BY id`;
  const { rows } = await store.query<{ id: string; spans: number }>({ name: 'test_counts', sql });
  return new Map(rows.map(({ id, spans }) => [id, spans]));
}
