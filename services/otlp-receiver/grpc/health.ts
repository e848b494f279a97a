import type { CallContext, Server } from 'nice-grpc';
import { HealthDefinition, HealthServiceImpl, HealthState } from 'nice-grpc-server-health';
import type { Readiness } from '../../../lib/health/readiness.js';
import { EXPORT_SERVICES } from '../signals/signals.js';

/** The standard health service: of the server as a whole and of each Export service, as `/ready` says. */
export function addHealth(server: Server, readiness: Readiness, closing: AbortSignal): { stop(): void } {
  const state = HealthState();
  // Every watcher listens; their number is the clients' affair.
  state.setMaxListeners(0);
  const tell = (isReady: boolean) => {
    for (const service of ['', ...EXPORT_SERVICES])
      state.setStatus(isReady ? 'healthy' : 'unhealthy', service);
  };
  const unfollow = readiness.follow(tell);
  const { check, watch } = HealthServiceImpl(state);
  server.add(HealthDefinition, {
    check,
    // A watcher never ends by itself and would keep the server from stopping.
    watch: (request, context: CallContext) =>
      watch(request, { ...context, signal: AbortSignal.any([context.signal, closing]) }),
  });
  return {
    stop: () => {
      unfollow();
      tell(false);
    },
  };
}
