import { AppError } from '../../../../lib/errors/app-error.js';
import type { FactCache } from '../../facts/fact-cache.js';
import { sha256Hex } from '../../keys/digest.js';
import type { Identity, TokenIdentityProvider } from '../identity.js';
import type { GitlabApi } from './gitlab-api.js';
import { isOver, type No, TOKEN, type TokenFact, USER } from './gitlab-facts.js';
import type { GitlabToken } from './gitlab-http.js';
import { GitlabMembership } from './gitlab-membership.js';
import type { GitlabConfig } from './gitlab-settings.js';

export interface GitlabIdentitiesOptions {
  readonly api: GitlabApi;
  readonly cache: FactCache;
  readonly config: GitlabConfig;
  /** Unix milliseconds. Default: the system's clock. */
  readonly nowMs?: () => number;
}

/** Shorter and longer ones are nobody's; GitLab is not asked about them. */
const TOKEN_SHAPE = /^[\x21-\x7e]{16,512}$/;
/** A JSON Web Token is another provider's, and is not shown to GitLab. */
const JWT_SHAPE = /^eyJ[\w-]*\.[\w-]+\.[\w-]*$/;
/** Scopes that our decisions are made by. */
const OWN_SCOPES: readonly string[] = ['read_observability', 'write_observability', 'api'];
const MAX_NAME = 80;

/** Knows the personal, project and group access tokens of one GitLab. */
export class GitlabIdentities implements TokenIdentityProvider {
  readonly #options: GitlabIdentitiesOptions;
  readonly #nowMs: () => number;

  constructor(options: GitlabIdentitiesOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? Date.now;
  }

  /** Undefined for what GitLab does not know; throws `unauthenticated` with the reason for what it knows and does not let in. */
  async findByToken(secret: string): Promise<Identity | undefined> {
    if (!TOKEN_SHAPE.test(secret) || JWT_SHAPE.test(secret)) return undefined;
    const { api, cache } = this.#options;
    const token: GitlabToken = { secret, digest: sha256Hex(secret) };
    const fact = await cache.get(TOKEN, token.digest, () => api.token(token));
    if (fact.is === 'no') return refuseToken(fact);
    if (isOver(fact.expiresAt, this.#nowMs())) throw ended('has expired');
    requireApiScope(fact);
    const user = await cache.get(USER, `${fact.userId}:${token.digest}`, () => api.user(token, fact.userId));
    if (user.is === 'no') throw ended(`belongs to a user that GitLab does not let in (${user.why})`);
    const name = `${user.username}: ${fact.name.slice(0, MAX_NAME)} (#${fact.id})`;
    const membership = new GitlabMembership({ ...this.#options, token, userId: fact.userId, name });
    return { name, kind: 'token', scopes: this.#scopesOf(fact), coverage: { membership } };
  }

  /** What the token's scopes are worth here, then what else it has, so that a refusal can say so. */
  #scopesOf({ scopes }: TokenFact): string[] {
    const { gitlabReadScopes, gitlabWriteScopes } = this.#options.config;
    const mayRead = scopes.some((scope) => gitlabReadScopes.includes(scope));
    const mayWrite = scopes.some((scope) => gitlabWriteScopes.includes(scope));
    return [
      ...(mayRead ? ['read_observability'] : []),
      ...(mayWrite ? ['write_observability'] : []),
      ...(mayRead && mayWrite && scopes.includes('api') ? ['api'] : []),
      ...scopes.filter((scope) => !OWN_SCOPES.includes(scope)),
    ];
  }
}

const REASONS: Readonly<Record<string, string>> = {
  revoked: 'was revoked',
  expired: 'has expired',
  inactive: 'is not active',
  blocked: 'belongs to a user who is blocked',
};

/** Whoever shows a token that GitLab recognises may hear what is wrong with it. */
function refuseToken({ why }: No): undefined {
  const reason = REASONS[why];
  if (reason !== undefined) throw ended(reason);
}

function ended(reason: string): AppError {
  return new AppError('unauthenticated', `The GitLab token ${reason}. Create a new one in GitLab.`);
}

/** Membership is asked for with the token itself, which its observability scopes alone do not allow. */
function requireApiScope({ name, scopes }: TokenFact): void {
  if (scopes.includes('api') || scopes.includes('read_api')) return;
  throw new AppError(
    'permission_denied',
    `The GitLab token "${name.slice(0, MAX_NAME)}" has the scopes [${scopes.join(', ')}]; it needs read_api as well, so that its projects can be looked up.`,
  );
}
