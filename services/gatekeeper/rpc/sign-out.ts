import type { ServiceImpl } from '@connectrpc/connect';
import type { GatekeeperService } from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { findSession, type GatekeeperContext } from '../context.js';

export function signOut(context: GatekeeperContext): ServiceImpl<typeof GatekeeperService>['signOut'] {
  return async ({ sessionId }) => {
    const { sessions, gitlabSessions } = context;
    // Who it was is for the audit log; a GitLab that is away keeps nobody signed in.
    const principal = (await findSession(context, sessionId).catch(() => undefined))?.name;
    if (gitlabSessions?.isOwn(sessionId)) await gitlabSessions.end(sessionId);
    else await sessions.end(sessionId);
    if (principal !== undefined)
      context.audit.record({ event: 'sign_out', outcome: 'granted', via: 'session', principal });
    return {};
  };
}
