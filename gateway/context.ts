import type { Client } from '@connectrpc/connect';
import type { AdminAccessService } from '../gen/es/gob/gatekeeper/v1/admin_access_pb.js';
import type { BrowserSignInService } from '../gen/es/gob/gatekeeper/v1/browser_pb.js';
import type { GatekeeperService } from '../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import type { RateLimitService } from '../gen/es/gob/gatekeeper/v1/limits_pb.js';
import type { IngestQueryService } from '../gen/es/gob/query/v1/ingest_pb.js';
import type { LogQueryService } from '../gen/es/gob/query/v1/logs_pb.js';
import type { MetricQueryService } from '../gen/es/gob/query/v1/metrics_pb.js';
import type { QueryService } from '../gen/es/gob/query/v1/query_pb.js';
import type { TenantAdminService } from '../gen/es/gob/tenantquota/v1/admin_pb.js';
import type { IngestAdminService } from '../gen/es/gob/tenantquota/v1/ingest_pb.js';
import type { MoveService } from '../gen/es/gob/tenantquota/v1/moves_pb.js';
import type { ProvisioningService, UsageService } from '../gen/es/gob/tenantquota/v1/provisioning_pb.js';
import type { Logger } from '../lib/telemetry/logger.js';
import type { Registry } from '../lib/telemetry/metrics.js';
import type { GatewayConfig } from './config.js';

/** Everything that the routes depend on. The gateway holds no state of its own. */
export interface GatewayContext {
  readonly config: GatewayConfig;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly gatekeeper: Client<typeof GatekeeperService>;
  readonly adminAccess: Client<typeof AdminAccessService>;
  /** Sign-in at GitLab. */
  readonly browsers: Client<typeof BrowserSignInService>;
  readonly query: Client<typeof QueryService>;
  readonly logs: Client<typeof LogQueryService>;
  readonly metrics: Client<typeof MetricQueryService>;
  /** What became of exports. */
  readonly ingest: Client<typeof IngestQueryService>;
  /** The same for administrators. */
  readonly ingestAdmin: Client<typeof IngestAdminService>;
  readonly rateLimits: Client<typeof RateLimitService>;
  readonly provisioning: Client<typeof ProvisioningService>;
  readonly admin: Client<typeof TenantAdminService>;
  readonly moves: Client<typeof MoveService>;
  readonly usage: Client<typeof UsageService>;
  /** Unix milliseconds. */
  readonly nowMs: () => number;
}
