import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { ServiceImpl } from '@connectrpc/connect';
import type { GatekeeperService, SignInRequest } from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import type { GatekeeperContext } from '../context.js';
import type { NewSession, Sessions } from '../sessions/sessions.js';

export function signIn(context: GatekeeperContext): ServiceImpl<typeof GatekeeperService>['signIn'] {
  return async ({ method }) => {
    const { sessionId, username, expiresAtMs } = await createSession(context.sessions, method);
    const via = method.case === 'password' ? 'password' : 'one-time link';
    context.audit.record({ event: 'sign_in', outcome: 'granted', via, principal: username });
    return { sessionId, username, expiresAt: timestampFromMs(expiresAtMs) };
  };
}

function createSession(sessions: Sessions, method: SignInRequest['method']): Promise<NewSession> {
  switch (method.case) {
    case 'oneTimeToken':
      return sessions.signInWithToken(method.value);
    case 'password':
      return sessions.signInWithPassword(method.value.username, method.value.password);
    case undefined:
      throw new AppError('invalid_argument', 'Send a one-time token, or a user name and a password.', {
        field: 'method',
      });
  }
}
