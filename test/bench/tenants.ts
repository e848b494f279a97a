import { loadConfig } from '../../lib/config/load.js';
// `npm run bench tenants [count]`: many tenants in one shared cell: how soon a file of them is in force, how fast single ones are
// set up beside them, what a run of the retention loop costs when all is new, when nothing is, and when every tenant loses
// days, and the memory of tenant-quota.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { TenantAdminService } from '../../gen/es/gob/tenantquota/v1/admin_pb.js';
import { ProvisioningService } from '../../gen/es/gob/tenantquota/v1/provisioning_pb.js';
import { Tier } from '../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import { createRpcClient, withAssertion } from '../../lib/rpc/client.js';
import { createStore } from '../../lib/store/store.js';
import { tenantQuotaSettings } from '../../services/tenant-quota/config.js';
import { startTenantQuota } from '../../services/tenant-quota/service.js';
import { startEmbeddedClickHouse } from '../_util/embedded-clickhouse.js';
import { ANY_PORT, testServiceContext } from '../_util/service-context.js';
import { createTestSigner, testPrincipal } from '../_util/signing.js';

const COUNT = Number(process.argv[2] ?? 2_000);
/** Set up one by one, beside those of the file. */
const SINGLE = 100;
const CONCURRENCY = 16;
const DAYS = 5;
const ROWS_PER_TENANT_AND_DAY = 20;

const directory = mkdtempSync(join(tmpdir(), 'gob-bench-'));
const identityFile = join(directory, 'identity.yaml');
const tenants = Array.from({ length: COUNT }, (_, index) => ({
  ...{ id: index + 1, path: `t${index + 1}`, projects: [{ id: index + 1, path: `t${index + 1}/p` }] },
}));
writeFileSync(identityFile, stringify({ tenants }));
const clickhouse = await startEmbeddedClickHouse();
const context = testServiceContext();
const signer = await createTestSigner();
const rssMiB = () => Math.round(process.memoryUsage.rss() / 2 ** 20);
console.log(`before: ${rssMiB()} MiB`);
const openedAtMs = performance.now();
const service = await startTenantQuota(
  {
    ...loadConfig(tenantQuotaSettings, { argv: [], env: {} }),
    ...{ tenantQuotaAddress: ANY_PORT, gatekeeperUrl: 'http://127.0.0.1:9', identityFile },
    ...{ clickhouseUrl: clickhouse.url, clickhouseCluster: undefined, clickhouseMaxConnections: 16 },
    // The bench starts every run itself, by changing something.
    retentionIntervalMs: 3_600_000,
  },
  context,
  { fetchKeys: signer.fetchKeys },
);
await context.readiness.whenReady();
const readySeconds = ((performance.now() - openedAtMs) / 1000).toFixed(1);
console.log(`${COUNT} tenants of a file in force, schema included, after ${readySeconds} s: ${rssMiB()} MiB`);
const store = createStore({ url: clickhouse.url, application: 'bench', ...testServiceContext() });
const provisioning = createRpcClient(ProvisioningService, { url: service.url, timeoutMs: 120_000 });
const admin = createRpcClient(TenantAdminService, { url: service.url, timeoutMs: 120_000 });
const asAdmin = async () =>
  withAssertion(await signer.sign({ kind: 'admin', principal: 'bench' }, 'tenant-quota'));

const metric = async (name: string): Promise<number> =>
  Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(await context.registry.metrics())?.[1] ?? 0);
const runs = () => metric('gob_tenant_quota_retention_runs_total\\{outcome="ok"\\}');

async function provision(tenantId: number): Promise<void> {
  const principal = testPrincipal({ tenantId, projectId: BigInt(tenantId), scopes: ['api'] });
  const options = withAssertion(await signer.sign(principal, 'tenant-quota'));
  const paths = { projectPath: `t${tenantId}/p`, tenantPath: `t${tenantId}` };
  await provisioning.calls.enableProject(paths, options);
}

/** Changes a tier, which has the loop look at everything, and waits until it has. */
async function timedRun(what: string, retentionDays: bigint): Promise<void> {
  const before = await runs();
  await admin.calls.putTier({ tier: Tier.FREE, limits: { retentionDays } }, await asAdmin());
  while ((await runs()) === before) await new Promise((resolve) => setTimeout(resolve, 50));
  const seconds = await metric('gob_tenant_quota_retention_run_seconds');
  console.log(`${what}: ${seconds.toFixed(2)} s, tenant-quota's process at ${rssMiB()} MiB`);
}

const startedAtMs = performance.now();
let next = COUNT + 1;
const worker = async () => {
  while (next <= COUNT + SINGLE) await provision(next++);
};
await Promise.all(Array.from({ length: CONCURRENCY }, worker));
const seconds = (performance.now() - startedAtMs) / 1000;
console.log(`${SINGLE} more set up one by one: ${(SINGLE / seconds).toFixed(1)} a second, ${rssMiB()} MiB`);
await timedRun('loop over tenants without data', 60n);
const sql = `INSERT INTO gob_cell_default.logs (TenantId, ProjectId, Timestamp, Body)
SELECT number % {tenants:UInt32} + 1, 1, now64(9) - INTERVAL intDiv(number, {tenants:UInt32}) % {days:UInt32} DAY, hex(randomString(40))
FROM numbers({rows:UInt64})`;
const rows = COUNT * DAYS * ROWS_PER_TENANT_AND_DAY;
await store.command({ name: 'bench_rows', sql }, { tenants: COUNT, days: DAYS, rows });
await timedRun(`loop with ${rows} new rows of ${COUNT} tenants on ${DAYS} days`, 61n);
await timedRun('loop with nothing new', 62n);
await timedRun(`loop in which ${COUNT} tenants lose 2 of ${DAYS} days`, 2n);

for (const part of [provisioning, admin, store, service, clickhouse]) await part.close();
rmSync(directory, { recursive: true });
