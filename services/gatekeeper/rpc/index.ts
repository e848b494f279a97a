import type { ServiceImpl } from '@connectrpc/connect';
import type { GatekeeperService } from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import type { GatekeeperContext } from '../context.js';
import { admit } from './admit.js';
import { authorize } from './authorize.js';
import { getSession } from './get-session.js';
import { getVerificationKeys } from './get-verification-keys.js';
import { signIn } from './sign-in.js';
import { signOut } from './sign-out.js';

/** Every call of the contract. */
export function gatekeeperCalls(context: GatekeeperContext): ServiceImpl<typeof GatekeeperService> {
  return {
    authorize: counted(context, 'authorize', authorize(context)),
    admit: counted(context, 'admit', admit(context)),
    signIn: counted(context, 'sign_in', signIn(context)),
    signOut: signOut(context),
    getSession: counted(context, 'get_session', getSession(context)),
    getVerificationKeys: getVerificationKeys(context),
  };
}

/** Counts decisions by outcome: `granted` or the refusal's code. */
function counted<Request, Context, Response>(
  { decisions }: GatekeeperContext,
  call: string,
  handler: (request: Request, context: Context) => Promise<Response> | Response,
): (request: Request, context: Context) => Promise<Response> {
  return async (request, context) => {
    try {
      const response = await handler(request, context);
      decisions.inc({ call, outcome: 'granted' });
      return response;
    } catch (error) {
      const code = (error as { code?: unknown }).code;
      decisions.inc({ call, outcome: typeof code === 'string' ? code : 'internal' });
      throw error;
    }
  };
}
