import type { TrustedProxies } from '../lib/auth/client-address.js';
import type { Logger } from '../lib/telemetry/logger.js';
import type { Registry } from '../lib/telemetry/metrics.js';
import type { GatewayClients } from './clients.js';
import type { GatewayConfig } from './config.js';

/** Everything that the routes depend on. The gateway holds no state of its own. */
export interface GatewayContext extends GatewayClients {
  readonly config: GatewayConfig;
  readonly logger: Logger;
  readonly registry: Registry;
  /** Whose word about a request's origin is taken; undefined: nobody's. */
  readonly trustedProxies: TrustedProxies | undefined;
  /** Unix milliseconds. */
  readonly nowMs: () => number;
}
