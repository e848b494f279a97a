import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { ServiceImpl } from '@connectrpc/connect';
import type { GatekeeperService, SignInRequest } from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import type { GatekeeperContext } from '../context.js';
import type { NewSession, Sessions } from '../sessions/sessions.js';

export function signIn(context: GatekeeperContext): ServiceImpl<typeof GatekeeperService>['signIn'] {
  return async (request) => {
    const { sessionId, username, expiresAtMs } = await createSession(context.sessions, request);
    const via = request.method.case === 'password' ? 'password' : 'one-time link';
    const address = request.clientAddress || undefined;
    context.audit.record({ event: 'sign_in', outcome: 'granted', via, principal: username, address });
    return { sessionId, username, expiresAt: timestampFromMs(expiresAtMs) };
  };
}

function createSession(sessions: Sessions, { method, clientAddress }: SignInRequest): Promise<NewSession> {
  switch (method.case) {
    case 'oneTimeToken':
      return sessions.signInWithToken(method.value, clientAddress);
    case 'password':
      return sessions.signInWithPassword(method.value.username, method.value.password, clientAddress);
    case undefined:
      throw new AppError('invalid_argument', 'Send a one-time token, or a user name and a password.', {
        field: 'method',
      });
  }
}
