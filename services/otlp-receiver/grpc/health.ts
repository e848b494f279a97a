import type { Server } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import type { Readiness } from '../../../lib/health/readiness.js';
import { EXPORT_SERVICES } from '../signals/signals.js';

/** The standard health service: of the server as a whole and of each Export service, as `/ready` says. */
export function addHealth(server: Server, readiness: Readiness): { stop(): void } {
  const health = new HealthImplementation();
  const tell = (isReady: boolean) => {
    for (const service of ['', ...EXPORT_SERVICES])
      health.setStatus(service, isReady ? 'SERVING' : 'NOT_SERVING');
  };
  const unfollow = readiness.follow(tell);
  health.addToServer(server);
  return {
    stop: () => {
      unfollow();
      tell(false);
    },
  };
}
