import type { ServiceImpl } from '@connectrpc/connect';
import type { BrowserSignInService } from '../../../gen/es/gob/gatekeeper/v1/browser_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import type { GatekeeperContext } from '../context.js';
import type { GitlabSessions } from '../sessions/gitlab/gitlab-sessions.js';
import { SIGN_IN_TTL_MS } from '../sessions/gitlab/sign-ins.js';

export function startSignIn(
  context: GatekeeperContext,
): ServiceImpl<typeof BrowserSignInService>['startSignIn'] {
  return async ({ clientAddress }) => {
    const started = await requireGitlabSessions(context).start(clientAddress);
    return { ...started, validSeconds: SIGN_IN_TTL_MS / 1000 };
  };
}

export function requireGitlabSessions({ gitlabSessions }: GatekeeperContext): GitlabSessions {
  if (gitlabSessions) return gitlabSessions;
  throw new AppError(
    'not_found',
    'This backend does not sign in by GitLab: GITLAB_OAUTH_CLIENT_ID is not set.',
  );
}
