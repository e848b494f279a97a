import { addressSettings, identityFileSettings, peerSettings } from '../../lib/config/mesh-settings.js';
import { type ConfigOf, defineSettings } from '../../lib/config/setting.js';
import { address, durationMs, integer, list, path, text } from '../../lib/config/value-types.js';
import { redisSettings } from '../../lib/kv/redis/redis-settings.js';

export const gatekeeperSettings = defineSettings({
  gatekeeperAddress: addressSettings.gatekeeperAddress,
  tenantQuotaUrl: peerSettings.tenantQuotaUrl,
  ...identityFileSettings,
  signingKeyFile: {
    yaml: 'gatekeeper.signing_key_file',
    env: 'GATEKEEPER_SIGNING_KEY_FILE',
    type: path,
    default: undefined,
    description:
      'Ed25519 private key (PKCS#8 PEM) that signs assertions. Replicas must share one; unset, a key is made at each start.',
  },
  sessionTtlMs: {
    yaml: 'gatekeeper.session_ttl',
    env: 'SESSION_TTL',
    type: durationMs,
    default: '30d',
    description: 'How long a browser session lasts after signing in.',
  },
  ...redisSettings,
  gatekeeperReplicas: {
    yaml: 'gatekeeper.replicas',
    env: 'GATEKEEPER_REPLICAS',
    type: integer(1, 1000),
    default: '1',
    description:
      'Gatekeepers that run side by side. While Redis is away each enforces its share of every rate limit by itself.',
  },
  rateLimitSignalPercent: {
    yaml: 'gatekeeper.rate_limit_signal_percent',
    env: 'RATE_LIMIT_SIGNAL_PERCENT',
    type: integer(1, 100),
    default: '100',
    description:
      "Share of a tenant's rate limit that one signal may take; below 100, none of them can use up what the others need.",
  },
  forwardAuthAddress: {
    yaml: 'gatekeeper.forward_auth_address',
    env: 'FORWARD_AUTH_ADDRESS',
    type: address,
    default: undefined,
    description:
      'Where `/v1/auth/request` answers NGINX auth_request, Traefik and Envoy over HTTP; for proxies inside the mesh only. Unset: nowhere.',
  },
  gitlabOidcProvider: {
    yaml: 'gatekeeper.gitlab_oidc_provider',
    env: 'GITLAB_OIDC_PROVIDER',
    flags: ['gitlab-oidc-provider'],
    type: text,
    default: undefined,
    description:
      'Accepted so that the GitLab development kit can start the backend as it is; identities come from `IDENTITY_FILE`.',
  },
  providerUrls: {
    yaml: 'gatekeeper.provider_urls',
    env: 'PROVIDER_URLS',
    type: list,
    default: '',
    description: 'Accepted like `GITLAB_OIDC_PROVIDER`.',
  },
});

export type GatekeeperConfig = ConfigOf<typeof gatekeeperSettings>;
