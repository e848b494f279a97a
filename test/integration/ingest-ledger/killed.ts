import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { encodeRequest, exportOverHttp, makeRequest } from '../otlp-receiver/clients.js';
import { makeDataDir } from '../otlp-receiver/durable/spool.harness.js';
import { eventually } from '../otlp-receiver/harness.js';
import type { LedgerBed } from './bed.js';
import { good } from './samples.js';

interface Look {
  /** Spans that the ledger says are stored, and that arrived. */
  readonly counted: number;
  readonly received: number;
  /** Spans that are stored. */
  readonly rows: number;
}

const SERVICE = 'killed';
/** In the middle of its interval when it is killed. */
const INTERVAL_MS = 400;

/** One span per export to a receiver that is killed (SIGKILL) in the middle of it, and then to its successor on the same directory. */
export async function killBetweenWrites(bed: LedgerBed) {
  const dataDir = makeDataDir();
  const looks: Look[] = [];
  const counts = { sent: 0, acknowledged: 0 };
  const sendUntil = async (httpUrl: string, isEnough: (look: Look) => boolean): Promise<Look> => {
    for (;;) {
      counts.sent++;
      counts.acknowledged += await sendOne(httpUrl);
      const look = await lookAt(bed);
      looks.push(look);
      if (isEnough(look)) return look;
    }
  };
  try {
    const first = await startWorker(bed, dataDir.path);
    const beforeKill = await sendUntil(first.httpUrl, ({ counted }) => counted > 3);
    const sending = Array.from({ length: 5 }, () => sendOne(first.httpUrl));
    counts.sent += sending.length;
    await kill(first);
    for (const one of sending) counts.acknowledged += await one;
    const second = await startWorker(bed, dataDir.path);
    await sendUntil(second.httpUrl, ({ counted }) => counted > beforeKill.counted + 3);
    const after = await eventually(async () => {
      const look = await lookAt(bed);
      const isDone = look.rows >= counts.acknowledged && dataDir.spooled().length === 0;
      return isDone ? look : undefined;
    });
    await kill(second);
    return { looks, ...counts, beforeKill, after };
  } finally {
    dataDir.close();
  }
}

async function kill({ child }: { readonly child: ChildProcess }): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** 1 when it was acknowledged, else 0. */
async function sendOne(httpUrl: string): Promise<number> {
  const headers = { 'private-token': 'api-33' };
  const answer = exportOverHttp({ httpUrl }, { body: encodeRequest(makeRequest(good(1), SERVICE)), headers });
  return answer.then(
    ({ status }) => (status === 200 ? 1 : 0),
    () => 0,
  );
}

/** The ledger first: rows that come in between may only make it lag. */
async function lookAt({ clickhouse }: LedgerBed): Promise<Look> {
  const ask = async (sql: string): Promise<number[]> => {
    const response = await fetch(clickhouse.url, { method: 'POST', body: sql });
    return (await response.text()).trim().split('\t').map(Number);
  };
  const of = `gob_cell_default.%t WHERE TenantId = 33 AND ServiceName = '${SERVICE}'`;
  const [counted = 0, received = 0] = await ask(
    `SELECT sum(StoredItems), sum(ReceivedItems) FROM ${of.replace('%t', 'ingest_ledger')}`,
  );
  const [rows = 0] = await ask(`SELECT count() FROM ${of.replace('%t', 'spans')}`);
  return { counted, received, rows };
}

async function startWorker({ clickhouse, gatekeeper }: LedgerBed, dataDir: string) {
  const child = fork('dist/test/integration/otlp-receiver/worker.js', [], {
    env: {
      ...process.env,
      ...{ TEST_GRPC_PORT: '0', TEST_HTTP_PORT: '0', TEST_DATA_DIR: dataDir },
      ...{ TEST_CLICKHOUSE_URL: clickhouse.url, TEST_GATEKEEPER_URL: gatekeeper.url },
      TEST_LEDGER_INTERVAL_MS: String(INTERVAL_MS),
    },
  });
  const [urls] = await once(child, 'message');
  return { child, httpUrl: urls.httpUrl as string };
}
