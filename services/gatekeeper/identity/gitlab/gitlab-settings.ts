import { type ConfigOf, defineSettings } from '../../../../lib/config/setting.js';
import { durationMs, list, oneOf, text, type ValueType } from '../../../../lib/config/value-types.js';

/** GitLab's access levels, by the names that people know. */
export const ROLE_LEVELS = {
  guest: 10,
  planner: 15,
  reporter: 20,
  developer: 30,
  maintainer: 40,
  owner: 50,
} as const;
export type RoleName = keyof typeof ROLE_LEVELS;

/** `http(s)://host[:port][/relative-root]`: tokens are sent there, so nothing else may hide in it. */
const gitlabUrl: ValueType<string> = {
  label: 'URL (`https://gitlab.example.com`)',
  parse(value) {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    const isPlain = url && `${url.username}${url.password}${url.search}${url.hash}` === '';
    if (!url || !isPlain || !/^https?:$/.test(url.protocol))
      throw new Error('expected an http:// or https:// URL without user, query and fragment');
    return url.href.replace(/\/+$/, '');
  },
};

const role = oneOf('guest', 'planner', 'reporter', 'developer', 'maintainer', 'owner');

export const gitlabSettings = defineSettings({
  gitlabUrl: {
    yaml: 'gatekeeper.gitlab.url',
    env: 'GITLAB_URL',
    type: gitlabUrl,
    default: undefined,
    description:
      'GitLab whose personal, project and group tokens are accepted. Tokens that nobody else knows are sent there. Unset: none are.',
  },
  gitlabReadScopes: {
    yaml: 'gatekeeper.gitlab.read_scopes',
    env: 'GITLAB_READ_SCOPES',
    type: list,
    default: 'read_observability,read_api,api',
    description: 'Scopes of a GitLab token of which one is enough to read telemetry.',
  },
  gitlabWriteScopes: {
    yaml: 'gatekeeper.gitlab.write_scopes',
    env: 'GITLAB_WRITE_SCOPES',
    type: list,
    default: 'write_observability,api',
    description: 'Scopes of a GitLab token of which one is enough to send telemetry.',
  },
  gitlabReadRole: {
    yaml: 'gatekeeper.gitlab.read_role',
    env: 'GITLAB_READ_ROLE',
    type: role,
    default: 'developer',
    description: 'Least role in a project, inherited or direct, that reads its telemetry.',
  },
  gitlabWriteRole: {
    yaml: 'gatekeeper.gitlab.write_role',
    env: 'GITLAB_WRITE_ROLE',
    type: role,
    default: 'developer',
    description: 'Least role in a project, inherited or direct, that sends telemetry.',
  },
  gitlabOauthClientId: {
    yaml: 'gatekeeper.gitlab.oauth_client_id',
    env: 'GITLAB_OAUTH_CLIENT_ID',
    type: text,
    default: undefined,
    description:
      'Application id of the OAuth application in GitLab that signs browsers in. Unset: browsers are not signed in by GitLab.',
  },
  gitlabOauthClientSecret: {
    yaml: 'gatekeeper.gitlab.oauth_client_secret',
    env: 'GITLAB_OAUTH_CLIENT_SECRET',
    type: text,
    default: undefined,
    secret: true,
    description: 'Its secret. The tokens of sessions are encrypted with a key that follows from it.',
  },
  gitlabOauthRedirectUrl: {
    yaml: 'gatekeeper.gitlab.oauth_redirect_url',
    env: 'GITLAB_OAUTH_REDIRECT_URL',
    type: gitlabUrl,
    default: undefined,
    description:
      'Its redirect URI: `/v1/auth/callback` behind the public URL of the gateway, exactly as GitLab has it.',
  },
  gitlabStaleForMs: {
    yaml: 'gatekeeper.gitlab.stale_for',
    env: 'GITLAB_STALE_FOR',
    type: durationMs,
    default: '5m',
    description:
      'How much longer what GitLab said is believed while GitLab does not answer. A token that is revoked meanwhile works for that long.',
  },
});

export type GitlabConfig = ConfigOf<typeof gitlabSettings>;
