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
import type { Lifecycle } from '../lib/lifecycle/lifecycle.js';
import { createRpcClient } from '../lib/rpc/client.js';
import { knownFirst } from './auth/known-first.js';
import type { GatewayConfig } from './config.js';

const GATEKEEPER_TIMEOUT_MS = 5_000;
/** GitLab is asked twice, and may take its time. */
const SIGN_IN_TIMEOUT_MS = 15_000;

/** A client for each contract that the routes call. Nothing is connected before the first call. */
export function openClients(config: GatewayConfig, lifecycle: Lifecycle) {
  const { gatekeeperUrl, queryUrl, tenantQuotaUrl, gatewayRequestTimeoutMs } = config;
  const open = <S extends DescService>(service: S, url: string, timeoutMs = gatewayRequestTimeoutMs) => {
    const client = createRpcClient(service, { url, timeoutMs });
    lifecycle.add(`${service.typeName} client`, { close: () => client.close() });
    return client.calls;
  };
  const gatekeeper = open(GatekeeperService, gatekeeperUrl, GATEKEEPER_TIMEOUT_MS);
  return {
    gatekeeper: { ...gatekeeper, authorize: knownFirst(gatekeeper.authorize) },
    adminAccess: open(AdminAccessService, gatekeeperUrl, GATEKEEPER_TIMEOUT_MS),
    rateLimits: open(RateLimitService, gatekeeperUrl, GATEKEEPER_TIMEOUT_MS),
    /** Sign-in at GitLab. */
    browsers: open(BrowserSignInService, gatekeeperUrl, SIGN_IN_TIMEOUT_MS),
    query: open(QueryService, queryUrl),
    logs: open(LogQueryService, queryUrl),
    metrics: open(MetricQueryService, queryUrl),
    /** What became of exports. */
    ingest: open(IngestQueryService, queryUrl),
    /** The same for administrators. */
    ingestAdmin: open(IngestAdminService, tenantQuotaUrl),
    provisioning: open(ProvisioningService, tenantQuotaUrl),
    admin: open(TenantAdminService, tenantQuotaUrl),
    moves: open(MoveService, tenantQuotaUrl),
    usage: open(UsageService, tenantQuotaUrl),
  };
}

export type GatewayClients = ReturnType<typeof openClients>;
