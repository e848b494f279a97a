import { AppError } from '../../../../lib/errors/app-error.js';
import type { FactCache } from '../../facts/fact-cache.js';
import { sha256Hex } from '../../keys/digest.js';
import type { Identity } from '../identity.js';
import type { GitlabApi } from './gitlab-api.js';
import { USER } from './gitlab-facts.js';
import type { GitlabToken } from './gitlab-http.js';
import { GitlabMembership } from './gitlab-membership.js';
import type { GitlabConfig } from './gitlab-settings.js';

export interface GitlabUsersOptions {
  readonly api: GitlabApi;
  readonly cache: FactCache;
  readonly config: GitlabConfig;
}

/** Users whom GitLab signed in, by the access token that it gave for them. */
export class GitlabUsers {
  readonly #options: GitlabUsersOptions;

  constructor(options: GitlabUsersOptions) {
    this.#options = options;
  }

  /** Throws `unauthenticated` for a user that GitLab does not let in. */
  async whoIs(access: string): Promise<{ readonly id: number; readonly username: string }> {
    const found = await this.#options.api.whoIs(tokenOf(access));
    if ('username' in found) return found;
    throw new AppError('unauthenticated', `GitLab does not let this user in (${found.why}).`);
  }

  /** Undefined when GitLab does not let the user in any more. What it may do follows from its role in each project. */
  async identityOf(access: string, userId: number): Promise<Identity | undefined> {
    const { api, cache } = this.#options;
    const token = tokenOf(access);
    const user = await cache.get(USER, `${userId}:${token.digest}`, () => api.user(token, userId));
    if (user.is === 'no') return undefined;
    const name = user.username;
    const membership = new GitlabMembership({ ...this.#options, token, userId, name });
    return { name, kind: 'user', scopes: ['api'], coverage: { membership } };
  }
}

const tokenOf = (secret: string): GitlabToken => ({ secret, digest: sha256Hex(secret), isOauth: true });
