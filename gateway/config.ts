import { addressSettings, peerSettings } from '../lib/config/mesh-settings.js';
import { type ConfigOf, defineSettings } from '../lib/config/setting.js';
import {
  boolean,
  durationMs,
  httpUrl,
  list,
  oneOf,
  path,
  type ValueType,
} from '../lib/config/value-types.js';

/** `scheme://host[:port]` and nothing else: what browsers send as Origin, and what a Content-Security-Policy takes. */
const origins: ValueType<readonly string[]> = {
  label: 'list of origins (`https://gitlab.example.com`)',
  parse: (text) => list.parse(text).map(parseOrigin),
};

function parseOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.origin !== text.replace(/\/$/, '').toLowerCase())
    throw new Error(`expected origins such as https://gitlab.example.com, got "${text}"`);
  return url.origin;
}

export const gatewaySettings = defineSettings({
  gatewayAddress: addressSettings.gatewayAddress,
  gatekeeperUrl: peerSettings.gatekeeperUrl,
  queryUrl: peerSettings.queryUrl,
  tenantQuotaUrl: peerSettings.tenantQuotaUrl,
  gatewayPublicUrl: {
    yaml: 'gateway.public_url',
    env: 'GATEWAY_PUBLIC_URL',
    type: httpUrl,
    default: undefined,
    description:
      'URL by which browsers reach the gateway. With `https://` the session cookie is Secure. Unset: whatever the Host header says, over http.',
  },
  gatewayGitlabOrigins: {
    yaml: 'gateway.gitlab_origins',
    env: 'GATEWAY_GITLAB_ORIGINS',
    type: origins,
    default: '',
    description: 'Origins of GitLab whose pages may show the gateway in a frame and send it requests.',
  },
  gatewaySessionSameSite: {
    yaml: 'gateway.session_same_site',
    env: 'GATEWAY_SESSION_SAME_SITE',
    type: oneOf('lax', 'strict', 'none'),
    default: 'lax',
    description:
      'SameSite of the session cookie. `none` lets pages of a GitLab on another site use sessions; it needs an `https://` public URL.',
  },
  gatewaySessionPartitioned: {
    yaml: 'gateway.session_partitioned',
    env: 'GATEWAY_SESSION_PARTITIONED',
    type: boolean,
    default: 'false',
    description:
      'Whether the session cookie is kept apart for each site that shows the gateway in a frame, for browsers that refuse other third-party cookies. Needs `none`.',
  },
  gatewayRequestTimeoutMs: {
    yaml: 'gateway.request_timeout',
    env: 'GATEWAY_REQUEST_TIMEOUT',
    type: durationMs,
    default: '60s',
    description:
      'Longest time to receive a request, and then to answer it. A tenant whose queries may take longer needs more here.',
  },
  gatewayUiDir: {
    yaml: 'gateway.ui_dir',
    env: 'GATEWAY_UI_DIR',
    type: path,
    default: undefined,
    description: 'Directory of the built UI. Unset: `dist/gateway/ui` next to the program.',
  },
});

export type GatewayConfig = ConfigOf<typeof gatewaySettings>;
