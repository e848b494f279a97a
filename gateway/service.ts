import type { DescService } from '@bufbuild/protobuf';
import { AdminAccessService } from '../gen/es/gob/gatekeeper/v1/admin_access_pb.js';
import { BrowserSignInService } from '../gen/es/gob/gatekeeper/v1/browser_pb.js';
import { GatekeeperService } from '../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { RateLimitService } from '../gen/es/gob/gatekeeper/v1/limits_pb.js';
import { IngestQueryService } from '../gen/es/gob/query/v1/ingest_pb.js';
import { LogQueryService } from '../gen/es/gob/query/v1/logs_pb.js';
import { MetricQueryService } from '../gen/es/gob/query/v1/metrics_pb.js';
import { QueryService } from '../gen/es/gob/query/v1/query_pb.js';
import { TenantAdminService } from '../gen/es/gob/tenantquota/v1/admin_pb.js';
import { IngestAdminService } from '../gen/es/gob/tenantquota/v1/ingest_pb.js';
import { MoveService } from '../gen/es/gob/tenantquota/v1/moves_pb.js';
import { ProvisioningService, UsageService } from '../gen/es/gob/tenantquota/v1/provisioning_pb.js';
import { trustProxies } from '../lib/auth/client-address.js';
import { Lifecycle } from '../lib/lifecycle/lifecycle.js';
import { bindError } from '../lib/lifecycle/listen.js';
import type { RunningService, ServiceContext } from '../lib/lifecycle/service-main.js';
import { createRpcClient } from '../lib/rpc/client.js';
import { knownFirst } from './auth/known-first.js';
import { requireUsableCookie } from './auth/session-cookie.js';
import type { GatewayConfig } from './config.js';
import { createApp } from './rest/app.js';
import type { RouteSeen } from './rest/http/route.js';

export interface GatewayOverrides {
  /** Told of every route as it is registered. */
  readonly onRoute?: (route: RouteSeen) => void;
  /** Unix milliseconds. Default: the system's clock. */
  readonly nowMs?: () => number;
}

const GATEKEEPER_TIMEOUT_MS = 5_000;
/** GitLab is asked twice, and may take its time. */
const SIGN_IN_TIMEOUT_MS = 15_000;
/** Requests that are running when the gateway closes get this long; then their connections are cut. */
const CLOSE_GRACE_MS = 3_000;

/** Starts REST and UI. Answers at once; what needs a service that is away is `unavailable`. */
export async function startGateway(
  config: GatewayConfig,
  { logger, registry }: ServiceContext,
  overrides: GatewayOverrides = {},
): Promise<RunningService> {
  requireUsableCookie(config);
  const lifecycle = new Lifecycle(logger);
  const open = <S extends DescService>(service: S, url: string, timeoutMs: number) => {
    const client = createRpcClient(service, { url, timeoutMs });
    lifecycle.add(`${service.typeName} client`, { close: () => client.close() });
    return client.calls;
  };
  const { gatekeeperUrl, queryUrl, tenantQuotaUrl, gatewayRequestTimeoutMs } = config;
  const gatekeeper = open(GatekeeperService, gatekeeperUrl, GATEKEEPER_TIMEOUT_MS);
  const clients = {
    gatekeeper: { ...gatekeeper, authorize: knownFirst(gatekeeper.authorize) },
    adminAccess: open(AdminAccessService, gatekeeperUrl, GATEKEEPER_TIMEOUT_MS),
    browsers: open(BrowserSignInService, gatekeeperUrl, SIGN_IN_TIMEOUT_MS),
    query: open(QueryService, queryUrl, gatewayRequestTimeoutMs),
    logs: open(LogQueryService, queryUrl, gatewayRequestTimeoutMs),
    metrics: open(MetricQueryService, queryUrl, gatewayRequestTimeoutMs),
    ingest: open(IngestQueryService, queryUrl, gatewayRequestTimeoutMs),
    ingestAdmin: open(IngestAdminService, tenantQuotaUrl, gatewayRequestTimeoutMs),
    rateLimits: open(RateLimitService, gatekeeperUrl, GATEKEEPER_TIMEOUT_MS),
    provisioning: open(ProvisioningService, tenantQuotaUrl, gatewayRequestTimeoutMs),
    admin: open(TenantAdminService, tenantQuotaUrl, gatewayRequestTimeoutMs),
    moves: open(MoveService, tenantQuotaUrl, gatewayRequestTimeoutMs),
    usage: open(UsageService, tenantQuotaUrl, gatewayRequestTimeoutMs),
  };
  const nowMs = overrides.nowMs ?? Date.now;
  const trustedProxies = trustProxies(config.trustedProxies);
  const { gatewayAddress: address } = config;
  try {
    const context = { config, logger, registry, ...clients, trustedProxies, nowMs };
    const app = await createApp(context, overrides.onRoute);
    lifecycle.add('rest server', {
      close: async () => {
        const timer = setTimeout(() => app.server.closeAllConnections(), CLOSE_GRACE_MS);
        await app.close();
        clearTimeout(timer);
      },
    });
    const url = await app.listen({ host: address.host, port: address.port }).catch((error) => {
      throw bindError(error, address, 'gateway (GATEWAY_ADDRESS)');
    });
    return { url, close: async () => void (await lifecycle.close()) };
  } catch (error) {
    await lifecycle.close();
    throw error;
  }
}
