import { trustProxies } from '../lib/auth/client-address.js';
import { Lifecycle } from '../lib/lifecycle/lifecycle.js';
import { bindError } from '../lib/lifecycle/listen.js';
import type { RunningService, ServiceContext } from '../lib/lifecycle/service-main.js';
import { requireUsableCookie } from './auth/session-cookie.js';
import { openClients } from './clients.js';
import type { GatewayConfig } from './config.js';
import { createApp } from './rest/app.js';
import type { RouteSeen } from './rest/http/route.js';

export interface GatewayOverrides {
  /** Told of every route as it is registered. */
  readonly onRoute?: (route: RouteSeen) => void;
  /** Unix milliseconds. Default: the system's clock. */
  readonly nowMs?: () => number;
}

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
  const nowMs = overrides.nowMs ?? Date.now;
  const trustedProxies = trustProxies(config.trustedProxies);
  const { gatewayAddress: address } = config;
  try {
    const context = { ...openClients(config, lifecycle), config, logger, registry, trustedProxies, nowMs };
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
