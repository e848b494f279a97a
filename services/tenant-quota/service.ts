import type { ConnectRouter } from '@connectrpc/connect';
import { TenantQuotaService } from '../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import { Lifecycle } from '../../lib/lifecycle/lifecycle.js';
import type { RunningService, ServiceContext } from '../../lib/lifecycle/service-main.js';
import { createAssertionVerifier } from '../../lib/rpc/assertion.js';
import { createGatekeeperKeys } from '../../lib/rpc/gatekeeper-keys.js';
import { startRpcServer } from '../../lib/rpc/server.js';
import { requireClickHouseUrl } from '../../lib/store/clickhouse-settings.js';
import { createStore, type Store } from '../../lib/store/store.js';
import { Gauge, type Registry } from '../../lib/telemetry/metrics.js';
import type { TenantQuotaConfig } from './config.js';
import { createCellMigrator } from './provisioning/cells.js';
import { IdentitySeed } from './registry/identity-seed.js';
import { RegistryKeeper } from './registry/registry-keeper.js';
import { TenantRegistry } from './registry/tenant-registry.js';
import { tenantQuotaCalls } from './rpc/index.js';

export interface TenantQuotaOverrides {
  /** Where the gatekeeper's public keys (JWKS document) come from. Default: the gatekeeper. */
  readonly fetchKeys?: () => Promise<string>;
}

/** The audience that assertions for this service are made for. */
export const TENANT_QUOTA_AUDIENCE = 'tenant-quota';

/**
 * Starts tenant-quota. Its contract is served at once; until the registry was loaded from ClickHouse, calls are `unavailable`
 * and /ready says no. Throws `invalid_argument` for an identity file that cannot be used.
 */
export async function startTenantQuota(
  config: TenantQuotaConfig,
  context: ServiceContext,
  overrides: TenantQuotaOverrides = {},
): Promise<RunningService> {
  const lifecycle = new Lifecycle(context.logger);
  const stopping = new AbortController();
  try {
    const store = lifecycle.add('store', openStore(config, context));
    const url = await startParts({ config, context, overrides, lifecycle, store, stopping: stopping.signal });
    const close = async () => {
      stopping.abort();
      await lifecycle.close();
    };
    return { url, close };
  } catch (error) {
    await lifecycle.close();
    throw error;
  }
}

function openStore(config: TenantQuotaConfig, { logger, registry }: ServiceContext): Store {
  const url = requireClickHouseUrl(config);
  const maxConnections = config.clickhouseMaxConnections;
  return createStore({ url, logger, registry, application: 'tenant-quota', maxConnections });
}

interface Parts {
  readonly config: TenantQuotaConfig;
  readonly context: ServiceContext;
  readonly overrides: TenantQuotaOverrides;
  readonly lifecycle: Lifecycle;
  readonly store: Store;
  readonly stopping: AbortSignal;
}

async function startParts({
  config,
  context,
  overrides,
  lifecycle,
  store,
  stopping,
}: Parts): Promise<string> {
  const { logger, readiness } = context;
  const seed = config.identityFile && (await IdentitySeed.open(config.identityFile, logger));
  if (seed) lifecycle.add('identity file', seed);
  const registry = new TenantRegistry();
  countTenants(registry, context.registry);
  const cluster = config.clickhouseCluster;
  const cells = createCellMigrator({ store, cluster, logger });
  const keeper = new RegistryKeeper({
    ...{ store, cluster, cells, registry, readiness, logger },
    seed: seed || undefined,
  });
  keeper.start();
  lifecycle.add('registry keeper', keeper);
  const keys = lifecycle.add('gatekeeper keys', createGatekeeperKeys(config.gatekeeperUrl));
  const rpc = await startRpcServer({
    address: config.tenantQuotaAddress,
    purpose: 'tenant-quota (TENANT_QUOTA_ADDRESS)',
    routes: (router: ConnectRouter) =>
      void router.service(TenantQuotaService, tenantQuotaCalls({ registry, stopping })),
    logger,
    registry: context.registry,
    verifyAssertion: createAssertionVerifier(TENANT_QUOTA_AUDIENCE, overrides.fetchKeys ?? keys.fetch),
  });
  lifecycle.add('rpc server', rpc);
  return rpc.url;
}

function countTenants(tenants: TenantRegistry, metrics: Registry): void {
  new Gauge({
    name: 'gob_tenant_quota_tenants_count',
    help: 'Tenants in the registry, switched-off ones included.',
    registers: [metrics],
    collect() {
      this.set(tenants.isLoaded ? tenants.all().length : 0);
    },
  });
}
