import type { ServiceImpl } from '@connectrpc/connect';
import type { GatekeeperService } from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import type { GatekeeperContext } from '../context.js';

export function signOut(context: GatekeeperContext): ServiceImpl<typeof GatekeeperService>['signOut'] {
  return async ({ sessionId }) => {
    await context.sessions.end(sessionId);
    return {};
  };
}
