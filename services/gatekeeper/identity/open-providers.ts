import { AppError } from '../../../lib/errors/app-error.js';
import type { Kv } from '../../../lib/kv/kv.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import { Counter, type Registry } from '../../../lib/telemetry/metrics.js';
import type { GatekeeperConfig, ProviderName } from '../config.js';
import { FactCache } from '../facts/fact-cache.js';
import { GitlabOauth } from '../sessions/gitlab/gitlab-oauth.js';
import { GitlabSessions } from '../sessions/gitlab/gitlab-sessions.js';
import { CloudConnectorIdentities } from './cloud-connector/cloud-connector-identities.js';
import { GitlabApi } from './gitlab/gitlab-api.js';
import { GitlabHttp } from './gitlab/gitlab-http.js';
import { GitlabIdentities } from './gitlab/gitlab-identities.js';
import { GitlabPauses } from './gitlab/gitlab-pauses.js';
import { GitlabUsers } from './gitlab/gitlab-users.js';
import type { TokenIdentityProvider } from './identity.js';

export interface ProviderParts {
  readonly kv: Kv;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly statics: TokenIdentityProvider;
}

export interface Providers {
  /** In the configured order; those that are not configured are left out. */
  readonly tokenProviders: readonly TokenIdentityProvider[];
  /** Undefined unless an OAuth application is configured. */
  readonly gitlabSessions: GitlabSessions | undefined;
  /** Undefined without an issuer. */
  readonly cloudConnector: CloudConnectorIdentities | undefined;
}

/** Everybody who knows credentials. */
export function openProviders(config: GatekeeperConfig, parts: ProviderParts): Providers {
  const knowledge = openGitlab(config, parts);
  const open: Partial<Record<ProviderName, TokenIdentityProvider | undefined>> = {
    static: parts.statics,
    gitlab: knowledge && new GitlabIdentities(knowledge),
  };
  return {
    tokenProviders: config.identityProviders.flatMap((name) => open[name] ?? []),
    gitlabSessions: knowledge && openGitlabSessions(config, knowledge, parts),
    cloudConnector: openCloudConnector(config, parts.logger),
  };
}

function openCloudConnector(config: GatekeeperConfig, logger: Logger): CloudConnectorIdentities | undefined {
  const { providerUrls, gitlabOidcProvider, identityProviders } = config;
  const hasIssuer = providerUrls.length > 0 || gitlabOidcProvider !== undefined;
  if (!hasIssuer || !identityProviders.includes('cloud-connector')) return undefined;
  return new CloudConnectorIdentities({ config, logger });
}

interface GitlabKnowledge {
  readonly api: GitlabApi;
  readonly cache: FactCache;
  readonly config: GatekeeperConfig;
}

function openGitlab(
  config: GatekeeperConfig,
  { kv, logger, registry }: ProviderParts,
): GitlabKnowledge | undefined {
  const { gitlabUrl: url, gitlabStaleForMs: staleForMs } = config;
  if (url === undefined) return undefined;
  if (url.startsWith('http:')) logger.warn('GITLAB_URL is not https: tokens are sent to GitLab in clear');
  const http = new GitlabHttp({ url, pauses: new GitlabPauses({ kv }), calls: callCounter(registry) });
  const cache = new FactCache({ kv, staleForMs, logger, answers: answerCounter(registry) });
  return { api: new GitlabApi(http), cache, config };
}

function openGitlabSessions(
  config: GatekeeperConfig,
  knowledge: GitlabKnowledge,
  { kv, logger }: ProviderParts,
): GitlabSessions | undefined {
  const { gitlabUrl: url, gitlabOauthClientId: clientId, gitlabOauthClientSecret: clientSecret } = config;
  const { gitlabOauthRedirectUrl: redirectUrl, sessionTtlMs: ttlMs } = config;
  if (clientId === undefined) return undefined;
  if (url === undefined || clientSecret === undefined || redirectUrl === undefined)
    throw new AppError(
      'invalid_argument',
      'GITLAB_OAUTH_CLIENT_ID needs GITLAB_URL, GITLAB_OAUTH_CLIENT_SECRET and GITLAB_OAUTH_REDIRECT_URL as well.',
    );
  const oauth = new GitlabOauth({ url, clientId, clientSecret, redirectUrl });
  return new GitlabSessions({
    kv,
    oauth,
    users: new GitlabUsers(knowledge),
    secret: clientSecret,
    ttlMs,
    logger,
  });
}

function callCounter(registry: Registry): Counter<'call' | 'outcome'> {
  return new Counter({
    name: 'gob_gatekeeper_gitlab_calls_total',
    help: 'Questions to GitLab by call and outcome: the HTTP status, or unavailable.',
    labelNames: ['call', 'outcome'] as const,
    registers: [registry],
  });
}

function answerCounter(registry: Registry): Counter<'kind' | 'source'> {
  return new Counter({
    name: 'gob_gatekeeper_facts_total',
    help: 'What was known of identities, by kind of fact and source: memory, shared (Redis), source (asked), stale.',
    labelNames: ['kind', 'source'] as const,
    registers: [registry],
  });
}
