import { addressSettings, identityFileSettings, peerSettings } from '../../lib/config/mesh-settings.js';
import { type ConfigOf, defineSettings } from '../../lib/config/setting.js';
import { durationMs, list, path, text } from '../../lib/config/value-types.js';

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
