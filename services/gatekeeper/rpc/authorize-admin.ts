import type { ServiceImpl } from '@connectrpc/connect';
import type { AdminAccessService } from '../../../gen/es/gob/gatekeeper/v1/admin_access_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import { signAssertion } from '../../../lib/rpc/assertion.js';
import type { SigningKeys } from '../keys/signing-keys.js';

export interface AdminAccessContext {
  readonly keys: SigningKeys;
  /** Name of the administrator with this token, or undefined. */
  readonly findAdmin: (token: string) => string | undefined;
}

const AUDIENCE = 'tenant-quota';

/** Only a token will do: a session lives in a browser, where every page of GitLab could use it. */
export function authorizeAdmin({
  keys,
  findAdmin,
}: AdminAccessContext): ServiceImpl<typeof AdminAccessService>['authorizeAdmin'] {
  return async ({ credential, audience }) => {
    if (audience !== AUDIENCE)
      throw new AppError('invalid_argument', `audience must be ${AUDIENCE}.`, { field: 'audience' });
    const form = credential?.form;
    const principal = form?.case === 'token' ? findAdmin(form.value) : undefined;
    if (principal === undefined)
      throw new AppError(
        'permission_denied',
        "This needs the token of an administrator: one whose SHA-256 is among the identity file's admins.",
      );
    return {
      principal,
      assertion: await signAssertion(keys.current, { kind: 'admin', principal }, audience),
    };
  };
}
