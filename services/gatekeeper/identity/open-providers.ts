import type { Kv } from '../../../lib/kv/kv.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import { Counter, type Registry } from '../../../lib/telemetry/metrics.js';
import type { GatekeeperConfig, ProviderName } from '../config.js';
import { FactCache } from '../facts/fact-cache.js';
import { CloudConnectorIdentities } from './cloud-connector/cloud-connector-identities.js';
import { GitlabApi } from './gitlab/gitlab-api.js';
import { GitlabHttp } from './gitlab/gitlab-http.js';
import { GitlabIdentities } from './gitlab/gitlab-identities.js';
import { GitlabPauses } from './gitlab/gitlab-pauses.js';
import type { TokenIdentityProvider } from './identity.js';

export interface ProviderParts {
  readonly kv: Kv;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly statics: TokenIdentityProvider;
}

/** Who knows tokens, in the configured order; those that are not configured are left out. */
export function openTokenProviders(config: GatekeeperConfig, parts: ProviderParts): TokenIdentityProvider[] {
  const open: Partial<Record<ProviderName, TokenIdentityProvider | undefined>> = {
    static: parts.statics,
    gitlab: openGitlab(config, parts),
  };
  return config.identityProviders.flatMap((name) => open[name] ?? []);
}

/** Who knows what GitLab presents for its users; undefined without an issuer. */
export function openCloudConnector(
  config: GatekeeperConfig,
  logger: Logger,
): CloudConnectorIdentities | undefined {
  const { providerUrls, gitlabOidcProvider, identityProviders } = config;
  const hasIssuer = providerUrls.length > 0 || gitlabOidcProvider !== undefined;
  if (!hasIssuer || !identityProviders.includes('cloud-connector')) return undefined;
  return new CloudConnectorIdentities({ config, logger });
}

function openGitlab(
  config: GatekeeperConfig,
  { kv, logger, registry }: ProviderParts,
): GitlabIdentities | undefined {
  const { gitlabUrl: url, gitlabStaleForMs: staleForMs } = config;
  if (url === undefined) return undefined;
  if (url.startsWith('http:')) logger.warn('GITLAB_URL is not https: tokens are sent to GitLab in clear');
  const http = new GitlabHttp({ url, pauses: new GitlabPauses({ kv }), calls: callCounter(registry) });
  const cache = new FactCache({ kv, staleForMs, logger, answers: answerCounter(registry) });
  return new GitlabIdentities({ api: new GitlabApi(http), cache, config });
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
