import cluster, { type Worker } from 'node:cluster';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listen } from '../../../../lib/lifecycle/listen.js';
import { ANY_PORT } from '../../../_util/service-context.js';
import { encodeRequest, exportOverGrpc, exportOverHttp, makeRequest, makeSpan } from '../clients.js';
import { startTestStack, type TestStack } from '../harness.js';

let stack: TestStack;
const workers: Worker[] = [];

beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(async () => {
  for (const worker of workers) {
    const exited = once(worker, 'exit');
    worker.kill('SIGKILL');
    await exited;
  }
  await stack?.close();
});

async function freePort(): Promise<string> {
  const server = createServer();
  const url = new URL(await listen(server, ANY_PORT, 'test'));
  await new Promise((resolve) => server.close(resolve));
  return url.port;
}

interface Urls {
  readonly grpcUrl: string;
  readonly httpUrl: string;
}

async function startWorker(env: Record<string, string>): Promise<Urls> {
  const worker = cluster.fork(env);
  workers.push(worker);
  const [urls] = await once(worker, 'message');
  return urls;
}

async function requestsOf(worker: Worker, transport: string): Promise<number> {
  const answer = once(worker, 'message');
  worker.send('metrics');
  const [{ metrics }] = await answer;
  return Number(
    new RegExp(`gob_receiver_requests_total\\{transport="${transport}",outcome="ok"\\} (\\d+)`).exec(
      metrics,
    )?.[1] ?? 0,
  );
}

it('shares both ports among the workers of a cluster', async () => {
  cluster.setupPrimary({
    exec: 'dist/test/integration/otlp-receiver/worker.js',
    args: [],
  });
  const env = {
    TEST_GRPC_PORT: await freePort(),
    TEST_HTTP_PORT: await freePort(),
    TEST_CLICKHOUSE_URL: stack.clickhouse.url,
    TEST_GATEKEEPER_URL: stack.gatekeeper.url,
  };
  const [first, second] = await Promise.all([startWorker(env), startWorker(env)]);
  expect(second).toEqual(first);
  const traceId = randomBytes(16);
  const body = () => encodeRequest(makeRequest([makeSpan({ traceId })]));
  for (let call = 0; call < 6; call++) {
    expect((await exportOverGrpc(first, body())).code).toBe(0);
    expect((await exportOverHttp(first, { body: body(), headers: { connection: 'close' } })).status).toBe(
      200,
    );
  }
  expect(await stack.countOf(traceId)).toBe(12);
  for (const transport of ['grpc', 'http']) {
    const served = await Promise.all(workers.map((worker) => requestsOf(worker, transport)));
    expect(served.reduce((sum, count) => sum + count)).toBe(6);
    expect(Math.min(...served)).toBeGreaterThan(0);
  }
});
