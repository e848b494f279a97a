import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ProvisioningService } from '../../../gen/es/gob/tenantquota/v1/provisioning_pb.js';
import { TenantStatus } from '../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import { fromConnectError } from '../../../lib/errors/connect.js';
import type { Principal } from '../../../lib/rpc/caller.js';
import { createRpcClient, type RpcClient, withAssertion } from '../../../lib/rpc/client.js';
import type { Store } from '../../../lib/store/store.js';
import { RegistryTables } from '../../../services/tenant-quota/registry/stored/registry-tables.js';
import type { TenantState } from '../../../services/tenant-quota/registry/tenant-record.js';
import { dayOf } from '../../../services/tenant-quota/retention/days.js';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '../../_util/embedded-clickhouse.js';
import { testServiceContext } from '../../_util/service-context.js';
import { testPrincipal } from '../../_util/signing.js';
import { openStore } from '../store/harness.js';
import { countRows, writeRows } from './cell-rows.js';
import { startUnderTest, type TenantQuotaUnderTest, untilReady } from './harness.js';

const WAIT = { timeout: 60_000, interval: 200 };
const TEST_TIMEOUT_MS = 120_000;
const never = new AbortController().signal;

let clickhouse: EmbeddedClickHouse;
let store: Store;
let mesh: TenantQuotaUnderTest;
let provisioning: RpcClient<typeof ProvisioningService>;

beforeAll(async () => {
  clickhouse = await startEmbeddedClickHouse();
  store = openStore(clickhouse.url);
  const context = testServiceContext();
  mesh = await startUnderTest(clickhouse.url, undefined, context);
  provisioning = createRpcClient(ProvisioningService, { url: mesh.service.url, timeoutMs: 60_000 });
  await untilReady(context.readiness);
});
afterAll(async () => {
  provisioning.close();
  await mesh.close();
  await store.close();
  await clickhouse.close();
});

const as = async (principal: Partial<Principal>) =>
  withAssertion(await mesh.signer.sign(testPrincipal({ scopes: ['api'], ...principal }), 'tenant-quota'));
const PATHS = { projectPath: 'initech/tps', tenantPath: 'initech' };
const refusal = async (call: Promise<unknown>) =>
  fromConnectError(await call.catch((error: unknown) => error));
const auditOf = async (tenantId: number) =>
  (await mesh.admin.calls.listAudit({ tenantId }, await mesh.asAdmin())).entries;

describe(
  'switching a project on',
  () => {
    const who = { tenantId: 70, projectId: 700n };

    it('sets its tenant up, once for all who ask at the same time', async () => {
      expect(await refusal(provisioning.calls.getProvisioning({}, await as(who)))).toMatchObject({
        code: 'not_found',
      });
      const answers = await Promise.all(
        Array.from({ length: 8 }, async (_, index) =>
          provisioning.calls.enableProject(PATHS, await as({ ...who, projectId: 700n + BigInt(index % 2) })),
        ),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([TenantStatus.READY]));
      expect(await mesh.getTenant(70)).toMatchObject({
        ...{ path: 'initech', source: 'api', database: 'gob_cell_default', status: TenantStatus.READY },
        projects: [
          { id: 700n, enabled: true },
          { id: 701n, enabled: true },
        ],
      });
      const deeds = (await auditOf(70)).map(({ action }) => action).sort();
      expect(deeds).toEqual(['enable_project', 'enable_project']);
    });

    it('is undone and done again by hand', async () => {
      await provisioning.calls.disableProject({}, await as(who));
      await provisioning.calls.disableProject({}, await as(who));
      expect(await refusal(provisioning.calls.getProvisioning({}, await as(who)))).toMatchObject({
        code: 'not_found',
      });
      expect((await mesh.getTenant(70))?.projects[0]).toMatchObject({ id: 700n, enabled: false });
      await provisioning.calls.enableProject({}, await as(who));
      expect(await provisioning.calls.getProvisioning({}, await as(who))).toMatchObject({
        status: TenantStatus.READY,
      });
    });

    it('needs the scope for it, and the names of what is new', async () => {
      const reader = await as({ ...who, scopes: ['read_observability'] });
      expect(await refusal(provisioning.calls.enableProject(PATHS, reader))).toMatchObject({
        code: 'permission_denied',
      });
      expect(await refusal(provisioning.calls.enableProject({}, await as({ tenantId: 71 })))).toMatchObject({
        ...{ code: 'invalid_argument', field: 'project_path' },
      });
    });

    it('that a killed process left half done is taken up by itself', async () => {
      const tables = new RegistryTables(store);
      // As after a kill between registering the cell with its tenant, and making its database.
      await tables.writeCell(
        { name: 'late', database: 'gob_cell_late', dedicatedTenantId: 72, version: Date.now() },
        never,
      );
      const half: TenantState = {
        ...{
          tenantId: 72,
          path: 'late',
          tier: 'free',
          limits: {},
          cell: 'late',

          source: 'api',
        },
        ...{ status: 'provisioning', statusReason: '', eraseAtMs: 0, projects: [] },
      } as const;
      await tables.writeTenants([half], Date.now(), never);
      await vi.waitFor(
        async () =>
          expect(await mesh.getTenant(72)).toMatchObject({
            status: TenantStatus.READY,
            database: 'gob_cell_late',
          }),
        WAIT,
      );
    });
  },
  TEST_TIMEOUT_MS,
);

describe(
  'deleting a tenant',
  () => {
    const remove = async (request: { tenantId: number; graceSeconds?: bigint; dryRun?: boolean }) =>
      mesh.admin.calls.deleteTenant(request, await mesh.asAdmin());

    it('shuts it out at once, and can be taken back before its time', async () => {
      const day = dayOf(Date.now());
      for (const tenantId of [70, 72])
        await writeRows(store, 'gob_cell_default', 'spans', { tenantId, day, rows: 50 });
      await writeRows(store, 'gob_cell_default', 'logs', { tenantId: 70, day: day - 3, rows: 20 });
      const { tables } = await remove({ tenantId: 70, graceSeconds: 3_600n, dryRun: true });
      expect(tables.find(({ table }) => table === 'spans')).toMatchObject({ rows: 50n });
      expect((await mesh.getTenant(70))?.status).toBe(TenantStatus.READY);

      const { entry } = await remove({ tenantId: 70, graceSeconds: 3_600n });
      expect(entry?.tenant?.status).toBe(TenantStatus.DELETING);
      expect((await mesh.getTenant(70))?.status).toBe(TenantStatus.DELETING);
      await mesh.admin.calls.putTenant({ tenantId: 70 }, await mesh.asAdmin());
      expect((await mesh.getTenant(70))?.status).toBe(TenantStatus.READY);
    });

    it('erases every row of it and of nobody else, with a receipt, and lets its projects go', async () => {
      const before = await countRows(store, 'gob_cell_default');
      await remove({ tenantId: 70 });
      await vi.waitFor(
        async () => expect(await refusal(mesh.getTenant(70))).toMatchObject({ code: 'not_found' }),
        WAIT,
      );
      const after = await countRows(store, 'gob_cell_default');
      const others = [...before].filter(([key]) => !key.includes(' 70 '));
      expect([...after].sort()).toEqual(others.sort());
      expect(others.length).toBeGreaterThan(3);

      const deeds = await auditOf(70);
      expect(
        deeds.filter(({ action }) => action === 'erase_before').find(({ table }) => table === 'logs'),
      ).toMatchObject({ rows: 20n, cell: 'default', actor: 'eraser' });
      expect(deeds.find(({ action }) => action === 'erase_after')?.reason).toMatch(
        /^0 rows left in \d+ tables; \d+ rows, [1-9]\d* bytes were there$/,
      );
      const heir = {
        tenantId: 73,
        path: 'heir',
        projects: { projects: [{ id: 700n, path: 'heir/tps', enabled: true }] },
      };
      await vi.waitFor(async () => mesh.admin.calls.putTenant(heir, await mesh.asAdmin()), WAIT);
    });

    it('erases also what a spool delivers afterwards', async () => {
      await writeRows(store, 'gob_cell_default', 'spans', { tenantId: 70, day: dayOf(Date.now()), rows: 5 });
      await mesh.admin.calls.putTenant({ tenantId: 73, limits: { retentionDays: 9n } }, await mesh.asAdmin());
      await vi.waitFor(async () => {
        const keys = [...(await countRows(store, 'gob_cell_default')).keys()];
        expect(keys.filter((key) => key.includes(' 70 '))).toEqual([]);
      }, WAIT);
    });
  },
  TEST_TIMEOUT_MS,
);
