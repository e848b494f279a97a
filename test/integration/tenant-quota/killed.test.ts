import { afterAll, beforeAll, expect, it } from 'vitest';
import { ProvisioningService } from '../../../gen/es/gob/tenantquota/v1/provisioning_pb.js';
import { TenantStatus } from '../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import { createRpcClient, withAssertion } from '../../../lib/rpc/client.js';
import type { Store } from '../../../lib/store/store.js';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '../../_util/embedded-clickhouse.js';
import { freePort } from '../../_util/free-port.js';
import { missingRedis, startRedis } from '../../_util/redis-server.js';
import { describeWithTool } from '../../_util/required-tool.js';
import { createTestSigner, type TestSigner, testPrincipal } from '../../_util/signing.js';
import { openStore } from '../store/harness.js';
import { type QuotaProcess, quotaProcesses, startQuotaProcess } from './processes.js';

const TEST_TIMEOUT_MS = 400_000;

let clickhouse: EmbeddedClickHouse;
let store: Store;
let signer: TestSigner;
let keys: string;
beforeAll(async () => {
  clickhouse = await startEmbeddedClickHouse();
  store = openStore(clickhouse.url);
  signer = await createTestSigner();
  keys = await signer.fetchKeys();
}, TEST_TIMEOUT_MS);
afterAll(async () => {
  await store.close();
  await clickhouse.close();
});

async function enable(url: string, tenantId: number): Promise<TenantStatus> {
  const client = createRpcClient(ProvisioningService, { url, timeoutMs: 60_000 });
  const principal = testPrincipal({ tenantId, projectId: BigInt(tenantId), scopes: ['api'] });
  const call = withAssertion(await signer.sign(principal, 'tenant-quota'));
  const paths = { projectPath: `t${tenantId}/p`, tenantPath: `t${tenantId}` };
  try {
    return (await client.calls.enableProject(paths, call)).status;
  } finally {
    client.close();
  }
}

/** `tenant status projects`, as the next process will find it. */
async function registered(): Promise<string[]> {
  const sql = `SELECT concat(toString(TenantId), ' ', toString(Status), ' ', arrayStringConcat(groupArray(projects.Path))) AS line
    FROM gob_control.tenants AS tenants FINAL
    INNER JOIN (SELECT TenantId, Path FROM gob_control.projects FINAL WHERE Enabled) AS projects USING TenantId
    GROUP BY TenantId, Status ORDER BY TenantId`;
  const { rows } = await store.query<{ line: string }>({ name: 'test_tenants', sql });
  return rows.map(({ line }) => line);
}

it(
  'sets a tenant up however often it is killed on the way, and once',
  async () => {
    const quota = await quotaProcesses({ clickhouseUrl: clickhouse.url, keys });
    // On an empty server: these die in the schema, and before anybody can ask for anything.
    for (const kill of ['migrate', 'migration_done after', 'registry_write_cell after'])
      await (await quota.start(kill)).exited;
    for (const kill of ['audit_write', 'registry_write_projects after', 'registry_write_tenants after']) {
      const dying = await quota.start(kill);
      await enable(dying.url, 44).catch(() => undefined);
      await dying.exited;
    }
    const living = await quota.start();
    expect(await enable(living.url, 44)).toBe(TenantStatus.READY);
    expect(await enable(living.url, 44)).toBe(TenantStatus.READY);
    expect(await registered()).toEqual(['44 ready t44/p']);
    await living.end();
    await quota.close();
  },
  TEST_TIMEOUT_MS,
);

describeWithTool(missingRedis, 'two replicas', () => {
  it(
    'set up the same tenants at the same time',
    async () => {
      const redis = await startRedis();
      const replicas: QuotaProcess[] = [];
      try {
        const options = { clickhouseUrl: clickhouse.url, keys, redisUrl: redis.url };
        for (let one = 0; one < 2; one++) replicas.push(await startQuotaProcess(options, await freePort()));
        const ids = Array.from({ length: 10 }, (_, index) => 100 + index);
        const calls = ids.flatMap((id) => replicas.map(({ url }) => enable(url, id)));
        expect(await Promise.all(calls)).toEqual(calls.map(() => TenantStatus.READY));
        const all = (await registered()).filter((line) => line.startsWith('1'));
        expect(all).toEqual(ids.map((id) => `${id} ready t${id}/p`));
      } finally {
        for (const replica of replicas) await replica.end();
        await redis.close();
      }
    },
    TEST_TIMEOUT_MS,
  );
});
