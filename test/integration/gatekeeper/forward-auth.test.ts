import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { gatewaySettings } from '../../../gateway/config.js';
import { startGateway } from '../../../gateway/service.js';
import { loadConfig } from '../../../lib/config/load.js';
import { querySettings } from '../../../services/query/config.js';
import { startQueryService } from '../../../services/query/service.js';
import { missingNginx, type Nginx, startNginx } from '../../_util/nginx.js';
import { describeWithTool } from '../../_util/required-tool.js';
import { ANY_PORT, testServiceContext } from '../../_util/service-context.js';
import { exportOverGrpc } from '../otlp-receiver/clients.js';
import { eventually } from '../otlp-receiver/harness.js';
import {
  exportOf,
  LARGE,
  LARGE_READ,
  type LimitsBed,
  post,
  SMALL,
  SMALL_READ,
  startLimitsBed,
} from './limits.bed.js';

const closers: (() => unknown)[] = [];
/** Headers that the gateway got, in order. */
const seen: IncomingHttpHeaders[] = [];
let bed: LimitsBed;
let nginx: Nginx;

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${nginx.httpUrl}${path}`, { headers });
const ask = (headers: Record<string, string>, path = '') =>
  fetch(`${bed.gatekeeper.forwardAuthUrl}/v1/auth/request${path}`, { headers });
const asNginx = (uri: string, method: string, headers: Record<string, string>) =>
  ask({ 'X-Original-URI': uri, 'X-Original-Method': method, ...headers });

/** Stands before the gateway and remembers what comes through. */
async function tap(target: string): Promise<string> {
  const server: Server = createServer((incoming, outgoing) => {
    seen.push(incoming.headers);
    const { method, headers, url } = incoming;
    const forwarded = request(new URL(url ?? '/', target), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(forwarded);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describeWithTool(missingNginx, 'Behind a real NGINX', () => {
  beforeAll(async () => {
    bed = await startLimitsBed({ receivers: 1 });
    closers.push(() => bed.close());
    const query = await startQueryService(
      {
        ...loadConfig(querySettings, { argv: [], env: {} }),
        queryAddress: ANY_PORT,
        clickhouseUrl: bed.clickhouse.url,
        gatekeeperUrl: bed.gatekeeper.url,
      },
      testServiceContext(),
    );
    closers.push(() => query.close());
    const gateway = await startGateway(
      {
        ...loadConfig(gatewaySettings, { argv: [], env: {} }),
        gatewayAddress: ANY_PORT,
        gatekeeperUrl: bed.gatekeeper.url,
        queryUrl: query.url,
      },
      testServiceContext(),
    );
    closers.push(() => gateway.close());
    const [receiver] = bed.receivers;
    nginx = await startNginx({
      9104: bed.gatekeeper.forwardAuthUrl ?? '',
      9003: await tap(gateway.url),
      4318: receiver?.httpUrl ?? '',
      4317: receiver?.grpcUrl ?? '',
    });
    closers.push(() => nginx.close());
  }, 180_000);
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  it('lets exports and queries through, over HTTP and gRPC', async () => {
    for (const path of ['/v1/traces', '/observability/v1/traces', '/v3/33/9/ingest/traces'])
      expect((await post(`${nginx.httpUrl}${path}`, LARGE, exportOf(500))).status, path).toBe(200);
    const receiver = { grpcUrl: nginx.grpcUrl };
    const answer = await exportOverGrpc(receiver, exportOf(500), { metadata: { 'private-token': LARGE } });
    expect(answer.code).toBe(0);
    const services = await eventually(async () => {
      const response = await get('/v3/query/9/services', { 'PRIVATE-TOKEN': LARGE_READ });
      expect(response.status).toBe(200);
      const body = (await response.json()) as { services: { name: string }[] };
      return body.services.length > 0 ? body.services : undefined;
    });
    expect(services).toEqual([{ name: 'shop' }]);
  });

  it('refuses without a credential, with a wrong one and without the scope', async () => {
    expect((await get('/v3/query/9/traces')).status).toBe(401);
    expect((await get('/v3/query/9/traces', { Authorization: 'Bearer no-such-token-at-all' })).status).toBe(
      401,
    );
    expect((await get('/v3/query/9/traces', { 'PRIVATE-TOKEN': LARGE })).status).toBe(403);
    expect((await post(`${nginx.httpUrl}/v1/traces`, LARGE_READ, exportOf(500))).status).toBe(403);
    const answers = await Promise.all(
      ['', 'no-such-token-at-all', LARGE_READ].map((value) =>
        exportOverGrpc({ grpcUrl: nginx.grpcUrl }, exportOf(500), { metadata: { 'private-token': value } }),
      ),
    );
    expect(answers.map(({ code }) => code)).toEqual([16, 16, 7]);
  });

  it('refuses other projects as it refuses those that do not exist', async () => {
    const [other, none] = await Promise.all(
      ['9', '12345'].map((project) =>
        asNginx(`/v3/query/${project}/traces`, 'GET', { 'PRIVATE-TOKEN': SMALL_READ }),
      ),
    );
    expect([other?.status, none?.status]).toEqual([403, 403]);
    expect(await other?.text()).toBe(await none?.text());
  });

  it('passes on who it is, whatever the client says it is', async () => {
    seen.length = 0;
    const claims = {
      'X-Gob-Tenant-Id': '22',
      'X-Gob-Project-Id': '7',
      'X-Gob-Principal': 'root',
      'X-Gob-Scopes': 'api',
    };
    const spoofed = { 'X-Original-URI': '/v3/query/7/traces', 'X-Forwarded-Uri': '/v3/query/7/traces' };
    await get('/v3/query/9/services', { 'PRIVATE-TOKEN': LARGE_READ, ...claims, ...spoofed });
    await get('/openapi.json', claims);
    expect(seen[0]).toMatchObject({
      'x-gob-tenant-id': '33',
      'x-gob-project-id': '9',
      'x-gob-principal': 'large-read',
      'x-gob-scopes': 'read_observability',
    });
    expect(Object.keys(seen[1] ?? {}).filter((name) => name.startsWith('x-gob-'))).toEqual([]);
  });

  it('turns away what is over the rate with 429 and when to come back', async () => {
    const url = `${nginx.httpUrl}/v1/traces`;
    const refused = await eventually(async () => {
      const response = await post(url, SMALL, exportOf(3_000));
      return response.status === 200 ? undefined : response;
    });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    const direct = await asNginx('/v1/traces', 'POST', {
      'PRIVATE-TOKEN': SMALL,
      'X-Original-Content-Length': '19000',
    });
    expect(direct.status).toBe(429);
    expect(await direct.json()).toMatchObject({
      code: 'rate_limited',
      detail: expect.stringMatching(/tenant acme/),
    });
  });

  it('answers Traefik and Envoy in their own form', async () => {
    const token = { 'PRIVATE-TOKEN': LARGE_READ };
    const traefik = await ask({
      'X-Forwarded-Method': 'GET',
      'X-Forwarded-Uri': '/v3/query/9/traces',
      ...token,
    });
    expect([traefik.status, traefik.headers.get('x-gob-project-id')]).toEqual([200, '9']);
    expect((await ask(token, '/v3/query/9/traces?period=1h')).status).toBe(200);
    expect(
      (await ask({ 'X-Original-URI': '/v3/query/9/traces', ...token }, '/v3/query/7/traces')).status,
    ).toBe(403);
  });

  it('takes a session for reading and for nothing else', async () => {
    const cookie = { cookie: 'gob_session=no-such-session' };
    const [read, write] = await Promise.all([
      asNginx('/v3/query/9/traces', 'GET', cookie),
      asNginx('/v1/traces', 'POST', cookie),
    ]);
    expect(await read.json()).toMatchObject({
      status: 401,
      detail: expect.stringMatching(/session has ended/),
    });
    expect(await write.json()).toMatchObject({ status: 401, detail: expect.stringMatching(/No credential/) });
  });

  it('makes an audit row of denials', () => {
    expect(bed.audit).toContainEqual(
      expect.objectContaining({
        event: 'denied',
        via: 'forward_auth',
        code: 'unauthenticated',
        address: '127.0.0.1',
      }),
    );
  });
});
