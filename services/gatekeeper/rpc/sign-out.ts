import type { ServiceImpl } from '@connectrpc/connect';
import type { GatekeeperService } from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import type { GatekeeperContext } from '../context.js';

export function signOut(context: GatekeeperContext): ServiceImpl<typeof GatekeeperService>['signOut'] {
  return async ({ sessionId }) => {
    const principal = (await context.sessions.find(sessionId))?.name;
    await context.sessions.end(sessionId);
    if (principal !== undefined)
      context.audit.record({ event: 'sign_out', outcome: 'granted', via: 'session', principal });
    return {};
  };
}
