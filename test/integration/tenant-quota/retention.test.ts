import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Store } from '../../../lib/store/store.js';
import { dayOf, dayText } from '../../../services/tenant-quota/retention/days.js';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '../../_util/embedded-clickhouse.js';
import { testServiceContext } from '../../_util/service-context.js';
import { openStore } from '../store/harness.js';
import { countRows, writeRows } from './cell-rows.js';
import { startUnderTest, type TenantQuotaUnderTest, untilReady } from './harness.js';

const CELL = 'gob_cell_default';
const TODAY = dayOf(Date.now());
const WAIT = { timeout: 60_000, interval: 200 };
const TEST_TIMEOUT_MS = 180_000;

let clickhouse: EmbeddedClickHouse;
let store: Store;
let mesh: TenantQuotaUnderTest;
const context = testServiceContext();

beforeAll(async () => {
  clickhouse = await startEmbeddedClickHouse();
  store = openStore(clickhouse.url);
  mesh = await startUnderTest(clickhouse.url, undefined, context);
  await untilReady(context.readiness);
  for (const tenantId of [1, 2]) {
    for (const daysAgo of [0, 2, 4])
      await writeRows(store, CELL, 'spans', { tenantId, day: TODAY - daysAgo, rows: 2_000 });
    await writeRows(store, CELL, 'logs', { tenantId, day: TODAY - 4, rows: 100 });
  }
  await put(2, {});
  await put(1, {});
});
afterAll(async () => {
  await mesh.close();
  await store.close();
  await clickhouse.close();
});

const put = async (tenantId: number, limits: Record<string, bigint>) =>
  mesh.admin.calls.putTenant({ tenantId, path: `t${tenantId}`, limits }, await mesh.asAdmin());
const plan = async () => mesh.admin.calls.planRetention({ tenantId: 1 }, await mesh.asAdmin());
const audit = async () => (await mesh.admin.calls.listAudit({ tenantId: 1 }, await mesh.asAdmin())).entries;
/** Days with spans of a tenant, as days ago. */
async function spanDays(tenantId: number): Promise<number[]> {
  const counts = await countRows(store, CELL);
  const days = [0, 2, 4].filter((ago) =>
    counts.has(`spans ${tenantId} ${dayText(TODAY - ago).replaceAll('-', '')}`),
  );
  return days;
}

it(
  'a lowered limit is applied at once to what is there, from the oldest day on, and never to today',
  async () => {
    expect((await plan()).steps).toEqual([]);
    const entry = async () =>
      (await mesh.admin.calls.getTenantEntry({ tenantId: 1 }, await mesh.asAdmin())).entry;
    await vi.waitFor(async () => expect((await entry())?.storedBytes).toBeGreaterThan(100_000n), WAIT);
    const stored = Number((await entry())?.storedBytes);

    await put(1, { storageBytes: BigInt(Math.round(stored * 0.8)) });
    await vi.waitFor(async () => expect(await spanDays(1)).toEqual([0, 2]), WAIT);
    const oldest = dayText(TODAY - 4).replaceAll('-', '');
    await vi.waitFor(async () => {
      const left = [...(await countRows(store, CELL)).keys()].filter((key) => key.includes(` 1 ${oldest}`));
      expect(left).toEqual([]);
    }, WAIT);
    expect(await spanDays(2)).toEqual([0, 2, 4]);
    const tenant = await mesh.getTenant(1);
    expect(tenant).toMatchObject({ acceptFromDay: TODAY - 3, ingestStopReason: '' });
    expect((await entry())?.storageStage).toBe('hard');
    const drops = (await audit()).filter(({ action }) => action === 'delete_rows');
    expect(drops.map(({ table }) => table)).toEqual(
      expect.arrayContaining(['spans', 'logs', 'trace_index', 'red_1m']),
    );
    expect(drops.find(({ table }) => table === 'spans')).toMatchObject({
      ...{ actor: 'retention loop', day: dayText(TODAY - 4), reason: 'storage_quota', rows: 2_000n },
      bytes: expect.any(BigInt),
    });
  },
  TEST_TIMEOUT_MS,
);

it(
  'ingest stops with a reason while today alone is over, and goes on by itself when there is room',
  async () => {
    await put(1, { storageBytes: 10_000n });
    await vi.waitFor(
      async () =>
        expect((await mesh.getTenant(1))?.ingestStopReason).toMatch(/10000 bytes.*raise storage_bytes/s),
      WAIT,
    );
    await vi.waitFor(async () => expect(await spanDays(1)).toEqual([0]), WAIT);
    expect((await mesh.getTenant(2))?.ingestStopReason).toBe('');
    const stopped = 'gob_tenant_quota_storage_tenants_count{stage="stopped"} 1';
    await vi.waitFor(async () => expect(await context.registry.metrics()).toContain(stopped), WAIT);

    await put(1, { storageBytes: 10_000_000n });
    await vi.waitFor(async () => expect((await mesh.getTenant(1))?.ingestStopReason).toBe(''), WAIT);
    expect(await mesh.getTenant(1)).toMatchObject({ acceptFromDay: 0 });
    expect((await audit()).map(({ action }) => action)).toEqual(
      expect.arrayContaining(['stop_ingest', 'resume_ingest', 'storage_hard', 'storage_ok']),
    );

    const entry = async () =>
      (await mesh.admin.calls.getTenantEntry({ tenantId: 1 }, await mesh.asAdmin())).entry;
    await put(1, { storageBytes: BigInt(Math.round(Number((await entry())?.storedBytes) * 1.1)) });
    await vi.waitFor(async () => expect((await entry())?.storageStage).toBe('soft'), WAIT);
    expect((await audit()).find(({ action }) => action === 'storage_soft')).toMatchObject({
      reason: expect.stringMatching(/^Tenant t1 stores \d+ bytes, 9\d % of its quota of \d+ bytes\.$/),
      bytes: expect.any(BigInt),
    });
    expect(await context.registry.metrics()).toContain('gob_tenant_quota_storage_soft_total 1\n');
    expect((await mesh.getTenant(1))?.ingestStopReason).toBe('');
  },
  TEST_TIMEOUT_MS,
);

it(
  'retention is by signal, shown before it is done, and proven by the age of the oldest rows',
  async () => {
    await writeRows(store, CELL, 'logs', { tenantId: 2, day: TODAY - 2, rows: 10 });
    const dryRun = await mesh.admin.calls.planRetention({ tenantId: 2 }, await mesh.asAdmin());
    expect(dryRun.steps).toEqual([]);
    await put(2, { tracesRetentionDays: 1n, logsRetentionDays: 3n });
    await vi.waitFor(async () => {
      const counts = await countRows(store, CELL);
      const left = [...counts.keys()].filter((key) => /^(spans|logs|red_1m) 2 /.test(key)).sort();
      const partition = (ago: number) => dayText(TODAY - ago).replaceAll('-', '');
      expect(left).toEqual(
        [`logs 2 ${partition(2)}`, `red_1m 2 ${partition(0)}`, `spans 2 ${partition(0)}`].sort(),
      );
    }, WAIT);
    await vi.waitFor(async () => {
      const metrics = await context.registry.metrics();
      expect(metrics).toMatch(/gob_tenant_quota_retention_overdue_seconds\{signal="traces"\} 0\n/);
      const age = Number(
        /gob_tenant_oldest_row_age_seconds\{tenant="2",signal="logs"\} ([\d.]+)/.exec(metrics)?.[1],
      );
      expect(age).toBeLessThan(3 * 86_400);
    }, WAIT);
  },
  TEST_TIMEOUT_MS,
);
