import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { runCommand } from '../../../gateway/cli/run-command.js';
import { GatekeeperService, Signal } from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { fromConnectError } from '../../../lib/errors/connect.js';
import { createRpcClient } from '../../../lib/rpc/client.js';
import { dayOf } from '../../../services/tenant-quota/retention/days.js';
import { openStore } from '../store/harness.js';
import { writeRows } from '../tenant-quota/cell-rows.js';
import { startTenantBed, type TenantBed, TOKENS } from './tenants.harness.js';

let bed: TenantBed;
beforeAll(async () => {
  bed = await startTenantBed();
});
afterAll(() => bed.close());

describe('the command line', () => {
  it('changes what is named and keeps the rest', async () => {
    await bed.gob(
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
    await bed.gob('tenants', 'put', '60', '--limit', 'retention_days=3', '--project', '601=sixty/b:off');
    const dry = parse(await bed.gob('tenants', 'put', '60', '--limit', 'storage_bytes=inherit', '--dry-run'));
    expect(dry.changes).toEqual([{ field: 'limits.storage_bytes', before: 9_000, after: null }]);
    const tenant = JSON.parse(await bed.gob('tenants', 'get', '60', '--json'));
    expect(tenant).toMatchObject({
      overrides: { storage_bytes: 9_000, retention_days: 3 },
      projects: [
        { id: 600, enabled: true },
        { id: 601, enabled: false },
      ],
    });
    const list = parse(await bed.gob('tenants', 'list'));
    expect(list.tenants.map(({ id }: { id: number }) => id)).toEqual(expect.arrayContaining([22, 60]));
    expect(parse(await bed.gob('audit', '--tenant', '60')).entries[0]).toMatchObject({
      actor: 'ops',
      action: 'put_tenant',
    });
    expect(parse(await bed.gob('retention', 'plan'))).toEqual({ steps: [], stopped_tenant_ids: [] });
    await bed.gob('tenants', 'put', '60', '--limit', 'max-metric-series=7');
    expect(parse(await bed.gob('tenants', 'get', '60'))).toMatchObject({
      limits: { max_metric_series: 7, max_attribute_keys: 500, max_attribute_values_per_key: 500 },
    });
    await bed.gob('tiers', 'put', 'premium', '--limit', 'query_max_seconds=25');
    expect(parse(await bed.gob('tiers', 'get', 'premium'))).toMatchObject({
      limits: { query_max_seconds: 25 },
    });
    expect(parse(await bed.gob('cells', 'list')).cells).toMatchObject([
      { name: 'default', database: 'gob_cell_default' },
    ]);
    const deleted = parse(await bed.gob('tenants', 'delete', '60', '--grace-seconds', '3600'));
    expect(deleted.tenant).toMatchObject({ status: 'deleting' });
  });

  it.each([
    [['tenants', 'get', '404'], /404: There is no tenant 404/],
    [['tenants', 'fly'], /no command "tenants fly"/],
    [['tenants', 'put', '60', '--limit', 'x'], /--limit: expected name=number/],
    [['tenants', 'get', '--colour'], /Unknown option/],
    [['tenants', 'list', '--url', 'http://127.0.0.1:9'], /does not answer.*Is the mesh running/],
  ])('says what is wrong with %j', async (argv, reason) => {
    await expect(bed.gob(...argv)).rejects.toThrow(reason);
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
    const store = openStore(bed.clickhouseUrl);
    const day = dayOf(Date.now());
    const database = 'gob_cell_default';
    for (const tenantId of [22, 50]) await writeRows(store, database, 'logs', { tenantId, day, rows: 300 });
    // The helper writes project 1; the reader's is 7.
    const move = `INSERT INTO {database:Identifier}.logs (TenantId, ProjectId, Timestamp, Body) SELECT TenantId, 7, Timestamp, Body FROM {database:Identifier}.logs WHERE TenantId = 22`;
    await store.command({ name: 'test_copy', sql: move }, {}, { database });
    await store.close();
    const now = new Date(day * 86_400_000);
    const [year, month] = [now.getUTCFullYear(), now.getUTCMonth() + 1];
    const ask = (path: string) => bed.send('GET', path, { token: TOKENS.reader });
    await vi.waitFor(async () => {
      const path = `/v3/query/7/analytics/storage?month=${String(month).padStart(2, '0')}&year=${year}`;
      const { body } = await ask(path);
      const stored = (body as { storage?: Record<number, { aggregated_total: number }> }).storage?.[month];
      expect(stored?.aggregated_total).toBeGreaterThan(1_000);
      expect(body).toMatchObject({
        events: {
          [month]: {
            ...{ aggregated_total: 300, aggregated_per_feature: { logs: 300 } },
            ...{ data_breakdown: 'daily', data_unit: '' },
            data: { logs: [[day * 86_400 * 1e9, 300]] },
          },
        },
        storage: { [month]: { data_unit: 'bytes' } },
      });
    });
    expect((await ask(`/observability/v1/analytics/storage?month=1&year=2001`)).body).toEqual({});
    expect((await ask(`/v3/query/7/analytics/storage?month=13&year=2001`)).body).toMatchObject({
      field: 'month',
    });
  });
});

describe('cardinality', () => {
  it('is told against the caps: of the tenant, and which metrics and attributes of the project have most', async () => {
    const store = openStore(bed.clickhouseUrl);
    const insert = (table: string, rows: Record<string, unknown>[]) =>
      store.insertRows({ name: 'test', database: 'gob_cell_default', table, rows });
    const series = (id: number, MetricName: string, Attrs: object, ProjectId = '7') => ({
      ...{ TenantId: 22, ProjectId, Day: '2031-02-03', MetricName, SeriesId: String(id), Attrs },
    });
    const over = { 'otel.metric.overflow': 'true' };
    await insert('metric_series', [
      ...[1, 2, 3].map((id) => ({
        ...series(id, 'calls', { user: `u${id}` }),
        LastSeen: '2031-02-03 10:00:00',
      })),
      ...[4, 5].map((id) => series(id, 'calls', over)),
      // Let in by one receiver and not by another: the row with labels is the one that stays.
      series(3, 'calls', over),
      series(6, 'load', {}),
      series(6, 'load', {}, '8'),
      { ...series(7, 'foreign', {}), TenantId: 23 },
    ]);
    const attribute = (Signal: string, Key: string, Value: string) => ({
      ...{ TenantId: 22, ProjectId: '7', Day: '2031-02-03', Signal, Source: 'attr', Key, Value, Rows: '1' },
    });
    await insert('attr_catalog', [
      ...['1', '2', '3'].map((value) => attribute('metrics', 'user', value)),
      ...['1', '1', '2'].map((value) => attribute('spans', 'route', value)),
    ]);
    await store.close();
    const ask = (rest: string) =>
      bed.send('GET', `/v3/query/7/analytics/cardinality?day=2031-02-03${rest}`, { token: TOKENS.reader });
    expect((await ask('')).body).toEqual({
      day: '2031-02-03',
      series: { count: 5, overflow: 2, cap: 10_000 },
      caps: { attribute_keys: 500, attribute_values_per_key: 500 },
      metrics: [
        { name: 'calls', series: 3, overflow: 2 },
        { name: 'load', series: 1, overflow: 0 },
      ],
      attributes: [
        { signal: 'metrics', source: 'attr', name: 'user', values: 3, capped: false },
        { signal: 'traces', source: 'attr', name: 'route', values: 2, capped: false },
      ],
    });
    expect((await ask('&limit=1')).body).toMatchObject({ metrics: [{ name: 'calls' }] });
    expect((await ask('-99')).status).toBe(400);
    const sender = { token: TOKENS.sender };
    expect((await bed.send('GET', '/v3/query/7/analytics/cardinality', sender)).status).toBe(403);
  });
});

it('a tenant whose data of today alone is over its quota is refused by the gatekeeper, for good and with the reason', async () => {
  const gatekeeper = createRpcClient(GatekeeperService, { url: bed.gatekeeperUrl, timeoutMs: 5_000 });
  const store = openStore(bed.clickhouseUrl);
  const rows = { tenantId: 22, day: dayOf(Date.now()), rows: 2_000 };
  await writeRows(store, 'gob_cell_default', 'logs', rows);
  await store.close();
  // Any change has the loop look at once.
  await bed.gob('tenants', 'put', '61', '--path', 'sixty-one');
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
  const path = '/v3/query/7/analytics/storage/quota';
  const { body } = await bed.send('GET', path, { token: TOKENS.reader });
  const stopped = { kind: 'ingest_stopped', detail: expect.stringContaining('quota is 20000 bytes') };
  expect(body).toMatchObject({
    ...{ limit_bytes: 20_000, stage: 'hard', ingest_stop_reason: stopped.detail },
    events: expect.arrayContaining([
      expect.objectContaining(stopped),
      expect.objectContaining({ kind: 'hard_reached', bytes: expect.any(Number) }),
    ]),
  });
  const { body: last } = await bed.send('GET', `${path}?limit=1`, { token: TOKENS.reader });
  expect(last).toMatchObject({ events: [(body as { events: object[] }).events[0]] });
  expect((await bed.send('GET', path, { token: TOKENS.sender })).status).toBe(403);
}, 60_000);
