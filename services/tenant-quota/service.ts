import type { Kv } from '../../lib/kv/kv.js';
import { Lifecycle } from '../../lib/lifecycle/lifecycle.js';
import type { RunningService, ServiceContext } from '../../lib/lifecycle/service-main.js';
import { createAssertionVerifier } from '../../lib/rpc/assertion.js';
import { createGatekeeperKeys } from '../../lib/rpc/gatekeeper-keys.js';
import { startRpcServer } from '../../lib/rpc/server.js';
import { openStore } from '../../lib/store/services/open-store.js';
import type { Store } from '../../lib/store/store.js';
import { Gauge, type Registry } from '../../lib/telemetry/metrics.js';
import type { TenantQuotaConfig } from './config.js';
import { startParts } from './parts.js';
import type { TenantRegistry } from './registry/tenant-registry.js';
import { routeCalls } from './rpc/index.js';

export interface TenantQuotaOverrides {
  /** Where the gatekeeper's public keys (JWKS document) come from. Default: the gatekeeper. */
  readonly fetchKeys?: () => Promise<string>;
  /** What replicas share for their locks. Default: Redis where it is configured, else this process's memory. */
  readonly kv?: Kv;
  /** Unix milliseconds, for retention. Default: the system's clock. */
  readonly nowMs?: () => number;
  /** The way to ClickHouse; closed with the service. */
  readonly store?: Store;
}

/** The audience that assertions for this service are made for. */
export const TENANT_QUOTA_AUDIENCE = 'tenant-quota';

/** Changes of the schema and the answers of planning take longer than other calls. */
const MAX_TIMEOUT_MS = 120_000;

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
    const url = await start({ config, context, overrides, lifecycle, stopping: stopping.signal });
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

interface Start {
  readonly config: TenantQuotaConfig;
  readonly context: ServiceContext;
  readonly overrides: TenantQuotaOverrides;
  readonly lifecycle: Lifecycle;
  readonly stopping: AbortSignal;
}

async function start({ config, context, overrides, lifecycle, stopping }: Start): Promise<string> {
  const { logger, registry: metrics } = context;
  const { store, services } = await openStore({
    ...{ config, context, lifecycle, application: 'tenant-quota', store: overrides.store },
  });
  const { kv, nowMs = Date.now } = overrides;
  const parts = await startParts({ config, context, lifecycle, store, services, kv, nowMs, stopping });
  countTenants(parts.registry, metrics);
  const keys = lifecycle.add('gatekeeper keys', createGatekeeperKeys(config.gatekeeperUrl));
  const rpc = await startRpcServer({
    address: config.tenantQuotaAddress,
    purpose: 'tenant-quota (TENANT_QUOTA_ADDRESS)',
    routes: (router) => routeCalls(router, parts),
    ...{ logger, registry: metrics, maxTimeoutMs: MAX_TIMEOUT_MS },
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
