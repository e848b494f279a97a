import { addressSettings, identityFileSettings, peerSettings } from '../../lib/config/mesh-settings.js';
import { type ConfigOf, defineSettings } from '../../lib/config/setting.js';
import {
  address,
  durationMs,
  integer,
  list,
  oneOf,
  path,
  type ValueType,
} from '../../lib/config/value-types.js';
import { redisSettings } from '../../lib/kv/redis/redis-settings.js';
import { cloudConnectorSettings } from './identity/cloud-connector/cloud-connector-settings.js';
import { gitlabSettings } from './identity/gitlab/gitlab-settings.js';

const PROVIDER_NAMES = ['static', 'gitlab', 'cloud-connector'] as const;
export type ProviderName = (typeof PROVIDER_NAMES)[number];

const providerName = oneOf(...PROVIDER_NAMES);
const providerNames: ValueType<readonly ProviderName[]> = {
  label: `list of ${providerName.label}`,
  parse: (value) => [...new Set(list.parse(value).map(providerName.parse))],
};

export const gatekeeperSettings = defineSettings({
  gatekeeperAddress: addressSettings.gatekeeperAddress,
  tenantQuotaUrl: peerSettings.tenantQuotaUrl,
  ...identityFileSettings,
  identityProviders: {
    yaml: 'gatekeeper.identity_providers',
    env: 'IDENTITY_PROVIDERS',
    type: providerNames,
    default: PROVIDER_NAMES.join(','),
    description:
      'Who is asked about a token, in this order; the first that knows it decides. Those that are not configured, and those that are left out, know none.',
  },
  ...gitlabSettings,
  signingKeyFile: {
    yaml: 'gatekeeper.signing_key_file',
    env: 'GATEKEEPER_SIGNING_KEY_FILE',
    type: path,
    default: undefined,
    description:
      'Ed25519 private keys (PKCS#8 PEM): the first signs assertions, all of them verify; read again when the file changes. Replicas must share it; unset, a key is made at each start.',
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
  ...cloudConnectorSettings,
});

export type GatekeeperConfig = ConfigOf<typeof gatekeeperSettings>;
