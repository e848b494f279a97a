import type { HandlerContext } from '@connectrpc/connect';
import { AppError } from '../../../../lib/errors/app-error.js';
import { principalOf } from '../../../../lib/rpc/caller.js';

/** Any of these reads. */
const SCOPES = ['read_observability', 'read_api', 'api'];

/** Who asks. Throws `permission_denied` without a right to read. */
export function requireReader(context: HandlerContext): ReturnType<typeof principalOf> {
  const principal = principalOf(context);
  if (principal.scopes.some((scope) => SCOPES.includes(scope))) return principal;
  throw new AppError('permission_denied', `This needs one of the scopes ${SCOPES.join(', ')}.`);
}
