import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TenantStatus, Tier } from '../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import { fromConnectError } from '../../../lib/errors/connect.js';
import { MemoryKv } from '../../../lib/kv/memory-kv.js';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '../../_util/embedded-clickhouse.js';
import { testServiceContext } from '../../_util/service-context.js';
import { testPrincipal } from '../../_util/signing.js';
import { startUnderTest, type TenantQuotaUnderTest, untilReady } from './harness.js';

let clickhouse: EmbeddedClickHouse;
let mesh: TenantQuotaUnderTest;
let replica: TenantQuotaUnderTest;
/** As Redis is to replicas. */
const kv = new MemoryKv();

beforeAll(async () => {
  clickhouse = await startEmbeddedClickHouse();
  const [one, other] = [testServiceContext(), testServiceContext()];
  mesh = await startUnderTest(clickhouse.url, undefined, one, { kv });
  await untilReady(one.readiness);
  replica = await startUnderTest(clickhouse.url, undefined, other, { kv });
  await untilReady(other.readiness);
});
afterAll(async () => {
  await mesh.close();
  await replica.close();
  await kv.close();
  await clickhouse.close();
});

type PutTenant = Parameters<TenantQuotaUnderTest['admin']['calls']['putTenant']>[0];
const put = async (request: PutTenant, at = mesh) => at.admin.calls.putTenant(request, await at.asAdmin());
const refusal = async (call: Promise<unknown>) => {
  const { code, field, message } = fromConnectError(await call.catch((error: unknown) => error));
  return { code, field, message };
};

describe('a tenant of the admin interface', () => {
  it('is made with the limits of its tier, and with its own where set', async () => {
    const { entry, created, changes } = await put({
      ...{ tenantId: 5, path: 'five', limits: { storageBytes: 1_000n } },
      projects: { projects: [{ id: 50n, path: 'five/fifty', enabled: true }] },
    });
    expect(created).toBe(true);
    expect(entry?.tenant).toMatchObject({
      ...{ id: 5, path: 'five', tier: Tier.FREE, status: TenantStatus.READY, database: 'gob_cell_default' },
      limits: { storageBytes: 1_000n, ingestBytesPerSecond: 102_400n, logsRetentionDays: 30 },
    });
    expect(entry?.overrides).toMatchObject({ storageBytes: 1_000n });
    expect(entry?.overrides?.retentionDays).toBeUndefined();
    expect(changes.map(({ field }) => field)).toContain('limits.storage_bytes');
  });

  it('says in a dry run what would change, and changes nothing', async () => {
    const before = await mesh.getTenant(5);
    const { changes, entry } = await put({
      ...{ tenantId: 5, tier: Tier.PREMIUM, limits: { retentionDays: 3n }, dryRun: true },
    });
    expect(changes).toMatchObject([
      { field: 'tier', before: '"free"', after: '"premium"' },
      { field: 'limits.retention_days', before: 'null', after: '3' },
      { field: 'limits.storage_bytes', before: '1000', after: 'null' },
    ]);
    expect(entry?.tenant?.limits).toMatchObject({ retentionDays: 3, storageBytes: 107_374_182_400n });
    expect(await mesh.getTenant(5)).toEqual(before);
  });

  it('is changed only from the version that the caller knows', async () => {
    const version = (await mesh.getTenant(5))?.version ?? 0n;
    const both = await Promise.allSettled([
      put({ tenantId: 5, limits: { storageBytes: 2_000n }, expectedVersion: version }),
      put({ tenantId: 5, limits: { storageBytes: 3_000n }, expectedVersion: version }, replica),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await refusal(put({ tenantId: 5, expectedVersion: version }))).toMatchObject({
      ...{ code: 'precondition_failed', field: 'If-Match' },
      message: expect.stringContaining(String(version)),
    });
    expect(await refusal(put({ tenantId: 5, path: 'five', mustNotExist: true }))).toMatchObject({
      ...{ code: 'precondition_failed', field: 'If-None-Match' },
    });
  });

  it('has as many changes as were made at once from everywhere, each with its own version', async () => {
    const versions = await Promise.all(
      Array.from({ length: 12 }, async (_, index) => {
        const at = index % 2 === 0 ? mesh : replica;
        return (await put({ tenantId: 5, limits: { storageBytes: BigInt(10_000 + index) } }, at)).entry
          ?.tenant?.version;
      }),
    );
    expect(new Set(versions).size).toBe(12);
    const { entries } = await mesh.admin.calls.listAudit({ tenantId: 5, pageSize: 12 }, await mesh.asAdmin());
    expect(entries).toMatchObject(
      Array.from({ length: 12 }, () => ({ actor: 'ops', action: 'put_tenant', tenantId: 5 })),
    );
    expect(entries[0]?.reason).toMatch(/^limits\.storage_bytes: \d+ -> \d+$/);
  });

  it('does not get the project of another one', async () => {
    const projects = { projects: [{ id: 50n, path: 'six/fifty', enabled: true }] };
    expect(await refusal(put({ tenantId: 6, path: 'six', projects }))).toMatchObject({
      ...{ code: 'conflict', field: 'projects' },
    });
    expect(await refusal(mesh.getTenant(6))).toMatchObject({ code: 'not_found' });
  });

  it.each([
    ['no id', 'tenant_id', { tenantId: 0 }],
    ['a new one without path', 'path', { tenantId: 7 }],
    ['a limit of zero', 'limits.storage_bytes', { tenantId: 7, path: 'x', limits: { storageBytes: 0n } }],
    [
      'a limit too high',
      'limits.retention_days',
      { tenantId: 7, path: 'x', limits: { retentionDays: 99_999n } },
    ],
    ['an unknown tier', 'tier', { tenantId: 7, path: 'x', tier: 9 as Tier }],
  ] satisfies [string, string, PutTenant][])('is refused for %s', async (_what, field, request) => {
    expect(await refusal(put(request))).toMatchObject({ code: 'invalid_argument', field });
  });
});

describe('a change', () => {
  it('reaches the watchers of every replica within two seconds, also the change of a tier', async () => {
    const leaving = new AbortController();
    const seen: string[] = [];
    const watching = (async () => {
      const options = { ...(await replica.asService(leaving.signal)), timeoutMs: 0 };
      for await (const { tenant } of replica.client.calls.watchTenants({}, options))
        seen.push(`${tenant?.id} ${tenant?.limits?.storageBytes} ${tenant?.limits?.queryMaxSeconds}`);
    })().catch(() => undefined);
    await vi.waitFor(() => expect(seen.length).toBeGreaterThan(0));
    const startedAtMs = performance.now();
    await put({ tenantId: 5, limits: { storageBytes: 4_242n } });
    await vi.waitFor(() => expect(seen.at(-1)).toBe('5 4242 10'), { timeout: 10_000 });
    const ownMs = performance.now() - startedAtMs;
    const tier = { tier: Tier.FREE, limits: { queryMaxSeconds: 7n } };
    await mesh.admin.calls.putTier(tier, await mesh.asAdmin());
    await vi.waitFor(() => expect(seen.at(-1)).toBe('5 4242 7'), { timeout: 10_000 });
    expect(ownMs).toBeLessThan(2_000);
    leaving.abort();
    await watching;
  });

  it('is all that a watcher with a resume token gets, and everything comes when the token is from elsewhere', async () => {
    const listing = async (resumeToken: string) => {
      const leaving = new AbortController();
      const options = { ...(await mesh.asService(leaving.signal)), timeoutMs: 0 };
      const ids: number[] = [];
      for await (const message of mesh.client.calls.watchTenants({ resumeToken }, options)) {
        if (message.tenant) ids.push(message.tenant.id);
        if (message.synced) return { ids, full: message.full, token: message.resumeToken };
      }
      throw new Error('the stream ended');
    };
    const first = await listing('');
    expect(first).toMatchObject({ ids: [5], full: true });
    const version = Number(/\d{2,}/.exec(first.token)?.[0]);
    const later = await listing(`v1:${version}`);
    expect(later.full).toBe(false);
    expect(await listing(`v1:${version + 1_000}`)).toMatchObject({ ids: [5], full: true });
    expect(await listing('nonsense')).toMatchObject({ ids: [5], full: true });
  });
});

describe('a cell', () => {
  it('is shown statement by statement before it is made, made once, and takes the tenant that it is for', async () => {
    const wanted = { name: 'large_9', dedicatedTenantId: 9 };
    const plan = await mesh.admin.calls.putCell({ ...wanted, dryRun: true }, await mesh.asAdmin());
    expect(plan.statements.length).toBeGreaterThan(15);
    expect(plan.statements[0]).toContain('`gob_cell_large_9`.spans');
    const made = await mesh.admin.calls.putCell(wanted, await mesh.asAdmin());
    expect(made.statements).toEqual(plan.statements);
    expect((await mesh.admin.calls.putCell(wanted, await mesh.asAdmin())).statements).toEqual([]);
    await put({ tenantId: 9, path: 'nine' });
    await put({ tenantId: 10, path: 'ten' });
    const { cells } = await mesh.admin.calls.listCells({}, await mesh.asAdmin());
    expect(cells.map(({ name, tenants }) => `${name} ${tenants}`)).toEqual(['default 2', 'large_9 1']);
    expect(await refusal(mesh.admin.calls.putCell({ name: 'large_9' }, await mesh.asAdmin()))).toMatchObject({
      code: 'conflict',
    });
    expect(await refusal(mesh.admin.calls.putCell({ name: 'a-b' }, await mesh.asAdmin()))).toMatchObject({
      ...{ code: 'invalid_argument', field: 'name' },
    });
  });
});

it('everything is for administrators only', async () => {
  const { signer, admin } = mesh;
  const principal = testPrincipal({ scopes: ['api'] });
  for (const caller of [principal, { kind: 'service', service: 'gatekeeper' } as const]) {
    const headers = { authorization: `Bearer ${await signer.sign(caller, 'tenant-quota')}` };
    for (const call of [
      admin.calls.putTenant,
      admin.calls.listAudit,
      admin.calls.putCell,
      admin.calls.planRetention,
    ])
      expect(await refusal(call({}, { headers }))).toMatchObject({ code: 'permission_denied' });
  }
});
