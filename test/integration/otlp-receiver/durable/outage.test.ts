import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../../lib/errors/app-error.js';
import { listen } from '../../../../lib/lifecycle/listen.js';
import { ANY_PORT } from '../../../_util/service-context.js';
import {
  encodeRequest,
  exportOverGrpc,
  exportOverHttp,
  makeRequest,
  makeSpan,
  readStatus,
} from '../clients.js';
import { admission, eventually, startTestGatekeeper, startTestReceiver, startTestStack } from '../harness.js';
import { startFaultyProxy } from './faulty-proxy.js';

const UNAVAILABLE = 14;
const INTERNAL = 13;

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const part of open.splice(0).reverse()) await part.close();
});
function opened<T extends { close(): unknown }>(part: T): T {
  open.push(part);
  return part;
}

const oneSpan = (traceId = randomBytes(16)) => encodeRequest(makeRequest([makeSpan({ traceId })]));

/** A port at which nobody listens. */
async function deadUrl(): Promise<string> {
  const server = createServer();
  const url = await listen(server, ANY_PORT, 'test');
  await new Promise((resolve) => server.close(resolve));
  return url;
}

describe('ClickHouse away', () => {
  it('acknowledges nothing and asks to come back, over both transports', async () => {
    const gatekeeper = opened(await startTestGatekeeper());
    const settings = {
      clickhouseUrl: await deadUrl(),
      gatekeeperUrl: gatekeeper.url,
      ingestAckTimeoutMs: 300,
    };
    const receiver = opened(await startTestReceiver(settings));
    const grpc = await exportOverGrpc(receiver, oneSpan());
    expect(grpc.code).toBe(UNAVAILABLE);
    const inTrailer = readStatus(grpc.trailer.get('grpc-status-details-bin')[0] as Buffer);
    expect(inTrailer.retryDelayMs).toBeGreaterThanOrEqual(1_000);
    expect(inTrailer.retryDelayMs).toBeLessThanOrEqual(5_000);
    const http = await exportOverHttp(receiver, { body: oneSpan() });
    expect(http.status).toBe(503);
    expect(http.headers.get('retry-after')).toMatch(/^[1-5]$/);
    expect(readStatus(http.bytes).retryDelayMs).toBeGreaterThanOrEqual(1_000);
    expect(receiver.context.readiness.blockers).toHaveProperty('clickhouse');
  });

  it('answers in time when ClickHouse goes down under way, and stores again when it is back', async () => {
    const stack = opened(await startTestStack({ ingestAckTimeoutMs: 1_000 }));
    expect((await exportOverHttp(stack.receiver, { body: oneSpan() })).status).toBe(200);
    stack.clickhouse.process.kill('SIGSTOP');
    try {
      const startedMs = performance.now();
      const answers = await Promise.all(
        [1, 2, 3].map(() => exportOverHttp(stack.receiver, { body: oneSpan() })),
      );
      expect(answers.map(({ status }) => status)).toEqual([503, 503, 503]);
      expect(performance.now() - startedMs).toBeLessThan(4_000);
    } finally {
      stack.clickhouse.process.kill('SIGCONT');
    }
    const traceId = randomBytes(16);
    await eventually(
      async () => (await exportOverHttp(stack.receiver, { body: oneSpan(traceId) })).status === 200,
    );
    expect(await stack.countOf(traceId)).toBe(1);
  });
});

describe('an insert that goes wrong', () => {
  it('is sent again with the same token when its answer is lost, and stored once', async () => {
    const stack = opened(await startTestStack());
    const proxy = opened(
      await startFaultyProxy(stack.clickhouse.url, (insert) => (insert <= 2 ? 'cut answer' : 'none')),
    );
    const settings = { clickhouseUrl: proxy.url, gatekeeperUrl: stack.gatekeeper.url };
    const receiver = opened(await startTestReceiver(settings));
    const traceId = randomBytes(16);
    expect((await exportOverHttp(receiver, { body: oneSpan(traceId) })).status).toBe(200);
    expect(proxy.tokens.length).toBe(3);
    expect(new Set(proxy.tokens).size).toBe(1);
    expect(await stack.countOf(traceId)).toBe(1);
  });

  it('is a final error when ClickHouse refuses the rows, and only for the export that holds them', async () => {
    const stack = opened(await startTestStack());
    // The first insert is the one that several exports share; of the single ones the first is refused again.
    const proxy = opened(
      await startFaultyProxy(stack.clickhouse.url, (insert) => (insert <= 2 ? 'refuse' : 'none')),
    );
    const settings = { clickhouseUrl: proxy.url, gatekeeperUrl: stack.gatekeeper.url };
    const receiver = opened(await startTestReceiver(settings));
    const [refused, ...others] = await Promise.all([1, 2, 3].map(() => exportOverGrpc(receiver, oneSpan())));
    const codes = [refused, ...others].map((answer) => answer?.code);
    expect(codes.filter((code) => code === INTERNAL).length).toBeGreaterThanOrEqual(1);
    expect(codes.filter((code) => code === 0).length).toBeGreaterThanOrEqual(1);
    const failed = [refused, ...others].find((answer) => answer?.code === INTERNAL);
    expect(failed?.trailer.get('grpc-status-details-bin')).toEqual([]);
    expect(failed?.message).not.toContain('TYPE_MISMATCH');
  });
});

describe('the gatekeeper away', () => {
  it('asks to come back, but honours an answer that is still valid', async () => {
    const stack = opened(await startTestStack());
    stack.gatekeeper.answerWith(() => admission({ validMs: 60_000 }));
    expect((await exportOverHttp(stack.receiver, { body: oneSpan() })).status).toBe(200);
    await stack.gatekeeper.close();
    expect((await exportOverHttp(stack.receiver, { body: oneSpan() })).status).toBe(200);
    const unknown = await exportOverHttp(stack.receiver, { headers: { 'private-token': 'another' } });
    expect(unknown.status).toBe(503);
    expect(unknown.headers.get('retry-after')).toMatch(/^[1-5]$/);
    expect(unknown.text()).not.toMatch(/ECONNREFUSED|127\.0\.0\.1/);
    const grpc = await exportOverGrpc(stack.receiver, oneSpan(), {
      metadata: { 'private-token': 'another' },
    });
    expect(grpc.code).toBe(UNAVAILABLE);
  });

  it('takes a fault of the gatekeeper for no decision', async () => {
    const stack = opened(await startTestStack());
    stack.gatekeeper.answerWith(() => {
      throw new AppError('internal', 'Internal error.');
    });
    expect((await exportOverHttp(stack.receiver, { headers: { 'private-token': 'x' } })).status).toBe(503);
  });
});

describe('pressure', () => {
  it('sends a tenant away that has too much in flight, and nobody else', async () => {
    const stack = opened(
      await startTestStack({ ingestInFlightBytesPerTenant: 64 * 1024, ingestAckTimeoutMs: 2_000 }),
    );
    const otherTenant = { 'private-token': 'other' };
    stack.gatekeeper.answerWith(({ credential }) =>
      admission({ validMs: 60_000, tenantId: credential?.form.value === 'other' ? 33 : 22 }),
    );
    expect((await exportOverHttp(stack.receiver, { headers: otherTenant })).status).toBe(200);
    const large = encodeRequest(makeRequest([makeSpan({ traceState: 'x'.repeat(40 * 1024) })]));
    stack.clickhouse.process.kill('SIGSTOP');
    const held = exportOverHttp(stack.receiver, { body: large });
    await eventually(async () =>
      /in_flight_bytes ([89]\d{4}|\d{6})/.test(await stack.receiver.context.registry.metrics()),
    );
    const refused = await exportOverHttp(stack.receiver, { body: large });
    const other = exportOverHttp(stack.receiver, { body: large, headers: otherTenant });
    stack.clickhouse.process.kill('SIGCONT');
    expect(refused.status).toBe(503);
    expect(readStatus(refused.bytes).message).toContain('Tenant 22');
    expect((await held).status).toBe(200);
    expect((await other).status).toBe(200);
  });
});

describe('stopping', () => {
  it('finishes what it has taken', async () => {
    const stack = opened(await startTestStack());
    const [grpcId, httpId] = [randomBytes(16), randomBytes(16)];
    expect((await exportOverHttp(stack.receiver, { body: oneSpan() })).status).toBe(200);
    const tenants: Record<string, number> = { one: 33, two: 44 };
    stack.gatekeeper.answerWith(({ credential }) =>
      admission({ tenantId: tenants[String(credential?.form.value)] ?? 22 }),
    );
    stack.clickhouse.process.kill('SIGSTOP');
    const [one, two] = [{ 'private-token': 'one' }, { 'private-token': 'two' }];
    const running = [
      exportOverGrpc(stack.receiver, oneSpan(grpcId), { metadata: one }).then(({ code }) => code),
      exportOverHttp(stack.receiver, { body: oneSpan(httpId), headers: two }).then(({ status }) => status),
    ];
    await eventually(async () => {
      const metrics = await stack.receiver.context.registry.metrics();
      return ['33', '44'].every((tenant) => metrics.includes(`receiver_bytes_total{tenant="${tenant}"`));
    });
    const closed = Promise.resolve(stack.receiver.close()).then(() => performance.now());
    stack.clickhouse.process.kill('SIGCONT');
    expect((await Promise.all(running)).sort()).toEqual([0, 200]);
    const answeredMs = performance.now();
    expect((await closed) - answeredMs).toBeLessThan(5_000);
    expect(await stack.countOf(grpcId)).toBe(1);
    expect(await stack.countOf(httpId)).toBe(1);
    await expect(exportOverHttp(stack.receiver)).rejects.toThrow();
  });
});

it('says which port is taken', async () => {
  const server = createServer();
  const url = new URL(await listen(server, ANY_PORT, 'test'));
  const taken = { host: '127.0.0.1', port: Number(url.port) };
  const settings = { clickhouseUrl: 'http://127.0.0.1:1', gatekeeperUrl: 'http://127.0.0.1:1' };
  await expect(startTestReceiver({ ...settings, otlpGrpcAddress: taken })).rejects.toThrow(
    /OTLP_GRPC_ADDRESS.*already in use/,
  );
  await expect(startTestReceiver({ ...settings, otlpHttpAddress: taken })).rejects.toThrow(
    /OTLP_HTTP_ADDRESS.*already in use/,
  );
  await new Promise((resolve) => server.close(resolve));
});
