import type { HandlerContext } from '@connectrpc/connect';
import { AppError } from '../../../../lib/errors/app-error.js';
import { type Principal, principalOf } from '../../../../lib/rpc/caller.js';

/** Somebody who may administer the project of the assertion. */
export function requireProjectAdmin(context: HandlerContext): Principal {
  const principal = principalOf(context);
  if (principal.scopes.includes('api')) return principal;
  throw new AppError(
    'permission_denied',
    `"${principal.principal}" has the scopes [${principal.scopes.join(', ')}]; this needs api.`,
  );
}
