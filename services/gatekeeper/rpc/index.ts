import type { ServiceImpl } from '@connectrpc/connect';
import type { AdminAccessService } from '../../../gen/es/gob/gatekeeper/v1/admin_access_pb.js';
import type { BrowserSignInService } from '../../../gen/es/gob/gatekeeper/v1/browser_pb.js';
import type { GatekeeperService } from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import type { RateLimitService } from '../../../gen/es/gob/gatekeeper/v1/limits_pb.js';
import { auditDenial } from '../audit/audit-denial.js';
import type { GatekeeperContext } from '../context.js';
import { admit } from './admit.js';
import { authorize } from './authorize.js';
import { type AdminAccessContext, authorizeAdmin } from './authorize-admin.js';
import { completeSignIn } from './complete-sign-in.js';
import { getSession } from './get-session.js';
import { getVerificationKeys } from './get-verification-keys.js';
import { listLimitHits } from './list-limit-hits.js';
import { returnLeases } from './return-leases.js';
import { signIn } from './sign-in.js';
import { signOut } from './sign-out.js';
import { startSignIn } from './start-sign-in.js';

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

/** Every call about those who run the mesh. `findAdmin` names the administrator with a token. */
export function adminCalls(
  context: GatekeeperContext,
  findAdmin: AdminAccessContext['findAdmin'],
): ServiceImpl<typeof AdminAccessService> {
  const { keys } = context;
  return { authorizeAdmin: counted(context, 'authorize_admin', authorizeAdmin({ keys, findAdmin })) };
}

/** Every call about signing browsers in at GitLab. */
export function browserCalls(context: GatekeeperContext): ServiceImpl<typeof BrowserSignInService> {
  return {
    startSignIn: counted(context, 'start_sign_in', startSignIn(context)),
    completeSignIn: counted(context, 'sign_in', completeSignIn(context)),
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
