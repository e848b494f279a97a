import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { runCommand } from '../../gateway/cli/run-command.js';
import { startGateway } from '../../gateway/service.js';
import { GatekeeperService, Signal } from '../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { fromConnectError } from '../../lib/errors/connect.js';
import { createRpcClient } from '../../lib/rpc/client.js';
import { createGatekeeperKeys } from '../../lib/rpc/gatekeeper-keys.js';
import { startGatekeeper } from '../../services/gatekeeper/service.js';
import { dayOf } from '../../services/tenant-quota/retention/days.js';
import { startTenantQuota } from '../../services/tenant-quota/service.js';
import { startEmbeddedClickHouse } from '../_util/embedded-clickhouse.js';
import { ANY_PORT, testServiceContext } from '../_util/service-context.js';
import { openStore } from './store.harness.js';
import { writeRows } from './tenant-quota.cell-rows.js';

const hash = (token: string) => createHash('sha256').update(token).digest('hex');
const TOKENS = {
  sender: 'token-of-a-sender',
  admin: 'token-of-the-admin',
  owner: 'token-of-the-owner',
  reader: 'token-of-a-reader',
} as const;
const IDENTITIES = {
  admins: [{ name: 'ops', sha256: hash(TOKENS.admin) }],
  tenants: [
    {
      ...{ id: 22, path: 'acme', limits: { storage_bytes: 20_000 } },
      projects: [
        { id: 7, path: 'acme/shop' },
        { id: 8, path: 'acme/pay', enabled: false },
      ],
    },
  ],
  tokens: [
    { name: 'owner', sha256: hash(TOKENS.owner), tenant: 22, scopes: ['api'] },
    { name: 'sender', sha256: hash(TOKENS.sender), project: 7, scopes: ['write_observability'] },
    { name: 'reader', sha256: hash(TOKENS.reader), project: 7, scopes: ['read_observability'] },
  ],
};

const closers: (() => unknown)[] = [];
const directory = mkdtempSync(join(tmpdir(), 'gob-tenants-'));
let url = '';
let clickhouseUrl = '';
let gatekeeperUrl = '';

beforeAll(async () => {
  const identityFile = join(directory, 'identity.yaml');
  writeFileSync(identityFile, stringify(IDENTITIES));
  const clickhouse = await startEmbeddedClickHouse();
  clickhouseUrl = clickhouse.url;
  const tenantQuota = await startTenantQuota(
    {
      ...{ tenantQuotaAddress: ANY_PORT, gatekeeperUrl: 'http://127.0.0.1:9', identityFile, clickhouseUrl },
      ...{ clickhouseCluster: undefined, clickhouseMaxConnections: 8, retentionIntervalMs: 60_000 },
    },
    testServiceContext(),
    { fetchKeys: () => createGatekeeperKeys(gatekeeperUrl).fetch() },
  );
  const context = testServiceContext();
  const gatekeeper = await startGatekeeper(
    {
      ...{
        gatekeeperAddress: ANY_PORT,
        tenantQuotaUrl: tenantQuota.url,
        identityFile,
        signingKeyFile: undefined,
      },
      ...{ sessionTtlMs: 60_000, gitlabOidcProvider: undefined, providerUrls: [] },
    },
    context,
  );
  gatekeeperUrl = gatekeeper.url;
  const gateway = await startGateway(
    {
      ...{
        gatewayAddress: ANY_PORT,
        gatekeeperUrl,
        queryUrl: 'http://127.0.0.1:9',
        tenantQuotaUrl: tenantQuota.url,
      },
      ...{ gatewayPublicUrl: undefined, gatewayGitlabOrigins: [], gatewayRequestTimeoutMs: 60_000 },
      gatewayUiDir: directory,
    },
    testServiceContext(),
  );
  url = gateway.url;
  closers.push(
    () => rmSync(directory, { recursive: true }),
    () => clickhouse.close(),
    () => tenantQuota.close(),
    () => gatekeeper.close(),
    () => gateway.close(),
  );
  await context.readiness.whenReady();
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

interface Answer {
  readonly status: number;
  readonly etag: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: whatever JSON the gateway answers
  readonly body: any;
}
async function send(
  method: string,
  path: string,
  options: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const { token = TOKENS.admin, body, headers } = options;
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...{ 'PRIVATE-TOKEN': token, 'X-Requested-With': 'XMLHttpRequest' },
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    etag: response.headers.get('etag'),
    body: text === '' ? {} : JSON.parse(text),
  };
}
const gob = (...argv: string[]) =>
  runCommand(argv, {
    env: { GOB_URL: url, GOB_ADMIN_TOKEN: TOKENS.admin },
    readFile: () => '',
    fetch,
  });

describe('GitLab’s contract', () => {
  it('says ready for a project that is on, 404 for one that is off, and takes PUT for what is on already', async () => {
    const token = TOKENS.owner;
    expect(await send('GET', '/v3/tenant/7', { token })).toMatchObject({
      status: 200,
      body: { status: 'ready' },
    });
    expect(await send('GET', '/v3/tenant/8', { token })).toMatchObject({ status: 404 });
    expect(await send('PUT', '/v3/tenant/7', { token, body: {} })).toMatchObject({ status: 200 });
    expect(await send('PUT', '/v3/tenant/8', { token, body: {} })).toMatchObject({
      ...{ status: 409, body: { detail: expect.stringContaining('identity file') } },
    });
    expect(await send('PUT', '/v3/tenant/9', { token, body: {} })).toMatchObject({ status: 404 });
    expect(await send('PUT', '/v3/tenant/7', { token: TOKENS.reader, body: {} })).toMatchObject({
      status: 403,
    });
  });
});

describe('the admin interface', () => {
  it('creates once, changes from a known version, and shows what would be', async () => {
    const path = '/v3/admin/tenants/50';
    const body = {
      path: 'fifty',
      limits: { storage_bytes: 5_000 },
      projects: [{ id: 500, path: 'fifty/one' }],
    };
    const made = await send('PUT', path, { body, headers: { 'if-none-match': '*' } });
    expect(made).toMatchObject({ status: 201, body: { created: true } });
    expect(await send('PUT', path, { body, headers: { 'if-none-match': '*' } })).toMatchObject({
      status: 412,
    });
    const { etag, body: tenant } = await send('GET', path);
    expect(etag).toBe(made.etag);
    expect(tenant).toMatchObject({
      ...{ id: 50, tier: 'free', status: 'ready', source: 'api', overrides: { storage_bytes: 5_000 } },
      limits: { storage_bytes: 5_000, retention_days: 30 },
      projects: [{ id: 500, path: 'fifty/one', enabled: true }],
    });
    const dry = await send('PUT', `${path}?dry_run=true`, { body: { tier: 'premium' } });
    expect(dry.body.changes).toEqual([
      { field: 'tier', before: 'free', after: 'premium' },
      { field: 'limits.storage_bytes', before: 5_000, after: null },
    ]);
    const headers = { 'if-match': etag ?? '' };
    expect(await send('PUT', path, { body: { limits: {} }, headers })).toMatchObject({ status: 200 });
    expect(await send('PUT', path, { body: { limits: {} }, headers })).toMatchObject({
      ...{ status: 412, body: { code: 'precondition_failed', field: 'If-Match' } },
    });
  });

  it('refuses by name what it does not understand, and everybody who does not run the mesh', async () => {
    const put = (body: unknown) => send('PUT', '/v3/admin/tenants/51', { body });
    expect(await put({ path: 'x', limits: { storage_bytes: 0 } })).toMatchObject({
      ...{ status: 400, body: { field: 'limits.storage_bytes' } },
    });
    expect(await put({ path: 'x', limit: {} })).toMatchObject({ status: 400 });
    expect(await send('GET', '/v3/admin/tenants/x')).toMatchObject({
      status: 400,
      body: { field: 'tenant_id' },
    });
    expect(await send('GET', '/v3/admin/tenants/404')).toMatchObject({ status: 404 });
    expect(await send('PUT', '/v3/admin/tenants/22', { body: {} })).toMatchObject({ status: 409 });
    for (const path of ['tenants', 'tenants/22', 'tiers/free', 'cells', 'retention/plan', 'audit'])
      expect(await send('GET', `/v3/admin/${path}`, { token: TOKENS.owner }), path).toMatchObject({
        status: 403,
      });
  });

  it('is in the OpenAPI document, each method of a path', async () => {
    const { body } = await send('GET', '/openapi.json');
    expect(Object.keys(body.paths['/v3/admin/tenants/{tenant_id}']).sort()).toEqual(['delete', 'get', 'put']);
    expect(Object.keys(body.paths['/v3/tenant/{project_id}']).sort()).toEqual(['delete', 'get', 'put']);
    expect(
      body.paths['/v3/admin/tenants/{tenant_id}'].put.parameters.map(({ name }: { name: string }) => name),
    ).toEqual(['tenant_id', 'dry_run']);
  });
});

describe('the command line', () => {
  it('changes what is named and keeps the rest', async () => {
    await gob(
      'tenants',
      'put',
      '60',
      '--path',
      'sixty',
      '--limit',
      'storage-bytes=9000',
      '--project',
      '600=sixty/a',
    );
    await gob('tenants', 'put', '60', '--limit', 'retention_days=3', '--project', '601=sixty/b:off');
    const dry = parse(await gob('tenants', 'put', '60', '--limit', 'storage_bytes=inherit', '--dry-run'));
    expect(dry.changes).toEqual([{ field: 'limits.storage_bytes', before: 9_000, after: null }]);
    const tenant = JSON.parse(await gob('tenants', 'get', '60', '--json'));
    expect(tenant).toMatchObject({
      overrides: { storage_bytes: 9_000, retention_days: 3 },
      projects: [
        { id: 600, enabled: true },
        { id: 601, enabled: false },
      ],
    });
    const list = parse(await gob('tenants', 'list'));
    expect(list.tenants.map(({ id }: { id: number }) => id)).toEqual(expect.arrayContaining([22, 60]));
    expect(parse(await gob('audit', '--tenant', '60')).entries[0]).toMatchObject({
      actor: 'ops',
      action: 'put_tenant',
    });
    expect(parse(await gob('retention', 'plan'))).toEqual({ steps: [], stopped_tenant_ids: [] });
    await gob('tiers', 'put', 'premium', '--limit', 'query_max_seconds=25');
    expect(parse(await gob('tiers', 'get', 'premium'))).toMatchObject({ limits: { query_max_seconds: 25 } });
    expect(parse(await gob('cells', 'list')).cells).toMatchObject([
      { name: 'default', database: 'gob_cell_default' },
    ]);
    const deleted = parse(await gob('tenants', 'delete', '60', '--grace-seconds', '3600'));
    expect(deleted.tenant).toMatchObject({ status: 'deleting' });
  });

  it.each([
    [['tenants', 'get', '404'], /404: There is no tenant 404/],
    [['tenants', 'fly'], /no command "tenants fly"/],
    [['tenants', 'put', '60', '--limit', 'x'], /--limit: expected name=number/],
    [['tenants', 'get', '--colour'], /Unknown option/],
    [['tenants', 'list', '--url', 'http://127.0.0.1:9'], /does not answer.*Is the mesh running/],
  ])('says what is wrong with %j', async (argv, reason) => {
    await expect(gob(...argv)).rejects.toThrow(reason);
  });

  it('says where it looked for a token', async () => {
    const surroundings = { env: {}, readFile: () => '{}', fetch };
    await expect(runCommand(['tenants', 'list'], surroundings)).rejects.toThrow(
      /GOB_ADMIN_TOKEN.*credentials\.json/,
    );
    expect(await runCommand([], surroundings)).toContain('tenants delete <id>');
  });
});

describe('usage', () => {
  it('is told by day and signal in GitLab’s form, for the project that is asked for', async () => {
    const store = openStore(clickhouseUrl);
    const day = dayOf(Date.now());
    const database = 'gob_cell_default';
    for (const tenantId of [22, 50]) await writeRows(store, database, 'logs', { tenantId, day, rows: 300 });
    // The helper writes project 1; the reader's is 7.
    const move = `INSERT INTO {database:Identifier}.logs (TenantId, ProjectId, Timestamp, Body) SELECT TenantId, 7, Timestamp, Body FROM {database:Identifier}.logs WHERE TenantId = 22`;
    await store.command({ name: 'test_copy', sql: move }, {}, { database });
    await store.close();
    const now = new Date(day * 86_400_000);
    const [year, month] = [now.getUTCFullYear(), now.getUTCMonth() + 1];
    const ask = (path: string) => send('GET', path, { token: TOKENS.reader });
    await vi.waitFor(async () => {
      const { body } = await ask(
        `/v3/query/7/analytics/storage?month=${String(month).padStart(2, '0')}&year=${year}`,
      );
      expect(body.events[month]).toMatchObject({
        ...{
          aggregated_total: 300,
          aggregated_per_feature: { logs: 300 },
          data_breakdown: 'daily',
          data_unit: '',
        },
        data: { logs: [[day * 86_400 * 1e9, 300]] },
      });
      expect(body.storage[month].aggregated_per_feature.logs).toBeGreaterThan(1_000);
      expect(body.storage[month].data_unit).toBe('bytes');
    });
    expect((await ask(`/observability/v1/analytics/storage?month=1&year=2001`)).body).toEqual({});
    expect((await ask(`/v3/query/7/analytics/storage?month=13&year=2001`)).body).toMatchObject({
      field: 'month',
    });
  });
});

it('a tenant whose data of today alone is over its quota is refused by the gatekeeper, for good and with the reason', async () => {
  const gatekeeper = createRpcClient(GatekeeperService, { url: gatekeeperUrl, timeoutMs: 5_000 });
  const store = openStore(clickhouseUrl);
  const rows = { tenantId: 22, day: dayOf(Date.now()), rows: 2_000 };
  await writeRows(store, 'gob_cell_default', 'logs', rows);
  await store.close();
  // Any change has the loop look at once.
  await gob('tenants', 'put', '61', '--path', 'sixty-one');
  const credential = { form: { case: 'token' as const, value: TOKENS.sender } };
  await vi.waitFor(
    async () => {
      const refused = await gatekeeper.calls
        .admit({ credential, signal: Signal.LOGS, wireBytes: 1n })
        .catch((error: unknown) => error);
      expect(fromConnectError(refused)).toMatchObject({
        ...{ code: 'storage_quota', retryAfterMs: undefined, httpStatus: 403 },
        message: expect.stringMatching(/Tenant acme stores \d+ bytes.*quota is 20000 bytes/),
      });
    },
    { timeout: 30_000, interval: 200 },
  );
  gatekeeper.close();
}, 60_000);
