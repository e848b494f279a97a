import { expect, vi } from 'vitest';
import { TenantAdminService } from '../../../gen/es/gob/tenantquota/v1/admin_pb.js';
import { type Tenant, TenantQuotaService } from '../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import { loadConfig } from '../../../lib/config/load.js';
import type { Readiness } from '../../../lib/health/readiness.js';
import type { RunningService, ServiceContext } from '../../../lib/lifecycle/service-main.js';
import type { Caller } from '../../../lib/rpc/caller.js';
import { createRpcClient, type RpcClient, withAssertion } from '../../../lib/rpc/client.js';
import { tenantQuotaSettings } from '../../../services/tenant-quota/config.js';
import { startTenantQuota, type TenantQuotaOverrides } from '../../../services/tenant-quota/service.js';
import { ANY_PORT } from '../../_util/service-context.js';
import { createTestSigner, type TestSigner } from '../../_util/signing.js';

/** Tenants 22 (projects 7, and 8 switched off) and 33 (project 9). */
export const IDENTITY_FILE = `
tenants:
  - id: 22
    path: acme
    tier: free
    limits: { retention_days: 7 }
    projects: [ { id: 7, path: acme/shop }, { id: 8, path: acme/pay, enabled: false } ]
  - id: 33
    path: globex
    tier: ultimate
    projects: [ { id: 9, path: globex/web } ]
`;
export const GATEKEEPER: Caller = { kind: 'service', service: 'gatekeeper' };
const ADMIN: Caller = { kind: 'admin', principal: 'ops' };

export interface TenantQuotaUnderTest {
  readonly service: RunningService;
  readonly client: RpcClient<typeof TenantQuotaService>;
  readonly admin: RpcClient<typeof TenantAdminService>;
  readonly signer: TestSigner;
  /** Call options of the gatekeeper. */
  asService(signal?: AbortSignal): Promise<ReturnType<typeof withAssertion>>;
  /** Call options of an administrator. */
  asAdmin(): Promise<ReturnType<typeof withAssertion>>;
  getTenant(tenantId: number): Promise<Tenant | undefined>;
  close(): Promise<void>;
}

export async function startUnderTest(
  clickhouseUrl: string,
  identityFile: string | undefined,
  context: ServiceContext,
  overrides: Omit<TenantQuotaOverrides, 'fetchKeys'> = {},
): Promise<TenantQuotaUnderTest> {
  const signer = await createTestSigner();
  const service = await startTenantQuota(
    {
      ...loadConfig(tenantQuotaSettings, { argv: [], env: {} }),
      ...{ tenantQuotaAddress: ANY_PORT, gatekeeperUrl: 'http://127.0.0.1:9', identityFile },
      ...{ clickhouseUrl, clickhouseCluster: undefined, clickhouseMaxConnections: 8 },
      retentionIntervalMs: 60_000,
    },
    context,
    { fetchKeys: signer.fetchKeys, ...overrides },
  );
  const client = createRpcClient(TenantQuotaService, { url: service.url, timeoutMs: 5_000 });
  const admin = createRpcClient(TenantAdminService, { url: service.url, timeoutMs: 60_000 });
  const asService = async (signal?: AbortSignal) =>
    withAssertion(await signer.sign(GATEKEEPER, 'tenant-quota'), signal);
  return {
    ...{ service, client, admin, signer, asService },
    asAdmin: async () => withAssertion(await signer.sign(ADMIN, 'tenant-quota')),
    getTenant: async (tenantId) => (await client.calls.getTenant({ tenantId }, await asService())).tenant,
    close: async () => {
      client.close();
      admin.close();
      await service.close();
    },
  };
}

export const untilReady = (readiness: Readiness) =>
  vi.waitFor(() => expect(readiness.blockers).toEqual({}), { timeout: 200_000, interval: 5 });

/** `7, 8 off` */
export const projectsOf = (tenant: Tenant | undefined) =>
  tenant?.projects.map(({ id, enabled }) => `${id}${enabled ? '' : ' off'}`).join(', ');
