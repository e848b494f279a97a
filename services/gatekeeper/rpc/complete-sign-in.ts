import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { ServiceImpl } from '@connectrpc/connect';
import type { BrowserSignInService } from '../../../gen/es/gob/gatekeeper/v1/browser_pb.js';
import type { GatekeeperContext } from '../context.js';
import { requireGitlabSessions } from './start-sign-in.js';

export function completeSignIn(
  context: GatekeeperContext,
): ServiceImpl<typeof BrowserSignInService>['completeSignIn'] {
  return async ({ query, binding, clientAddress }) => {
    const session = await requireGitlabSessions(context).complete(query, binding);
    const { sessionId, username, expiresAtMs } = session;
    const address = clientAddress || undefined;
    context.audit.record({
      event: 'sign_in',
      outcome: 'granted',
      via: 'gitlab',
      principal: username,
      address,
    });
    return { sessionId, username, expiresAt: timestampFromMs(expiresAtMs) };
  };
}
