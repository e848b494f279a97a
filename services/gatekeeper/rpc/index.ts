import type { ServiceImpl } from '@connectrpc/connect';
import type { GatekeeperService } from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import type { RateLimitService } from '../../../gen/es/gob/gatekeeper/v1/limits_pb.js';
import { auditDenial } from '../audit/audit-denial.js';
import type { GatekeeperContext } from '../context.js';
import { admit } from './admit.js';
import { authorize } from './authorize.js';
import { getSession } from './get-session.js';
import { getVerificationKeys } from './get-verification-keys.js';
import { listLimitHits } from './list-limit-hits.js';
import { returnLeases } from './return-leases.js';
import { signIn } from './sign-in.js';
import { signOut } from './sign-out.js';

/** Every call about who may do what. */
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

/** Every call about how much. */
export function rateLimitCalls(context: GatekeeperContext): ServiceImpl<typeof RateLimitService> {
  return {
    returnLeases: returnLeases(context),
    listLimitHits: counted(context, 'list_limit_hits', listLimitHits(context)),
  };
}

/** Counts decisions by outcome, `granted` or the refusal's code, and notes denials. */
function counted<Request extends object, Context, Response>(
  context: GatekeeperContext,
  call: string,
  handler: (request: Request, context: Context) => Promise<Response> | Response,
): (request: Request, context: Context) => Promise<Response> {
  const { decisions, audit } = context;
  return async (request, handlerContext) => {
    try {
      const response = await handler(request, handlerContext);
      decisions.inc({ call, outcome: 'granted' });
      return response;
    } catch (error) {
      const code = (error as { code?: unknown }).code;
      decisions.inc({ call, outcome: typeof code === 'string' ? code : 'internal' });
      auditDenial(audit, { call, error, request });
      throw error;
    }
  };
}
