import { type ConfigOf, defineSettings } from '../../../../lib/config/setting.js';
import { list, text, type ValueType } from '../../../../lib/config/value-types.js';

const issuer: ValueType<string> = {
  label: 'URL of an OpenID Connect issuer (`https://gitlab.com`)',
  parse(value) {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    const isPlain = url && `${url.username}${url.password}${url.search}${url.hash}` === '';
    if (!url || !isPlain || !/^https?:$/.test(url.protocol))
      throw new Error('expected http:// or https:// URLs without user, query and fragment');
    return value.replace(/\/+$/, '');
  },
};

const issuers: ValueType<readonly string[]> = {
  label: `list of ${issuer.label}`,
  parse: (value) => list.parse(value).map(issuer.parse),
};

export const cloudConnectorSettings = defineSettings({
  gitlabOidcProvider: {
    yaml: 'gatekeeper.gitlab_oidc_provider',
    env: 'GITLAB_OIDC_PROVIDER',
    flags: ['gitlab-oidc-provider'],
    type: issuer,
    default: undefined,
    description: 'One more issuer of Cloud Connector tokens, besides those of `PROVIDER_URLS`.',
  },
  providerUrls: {
    yaml: 'gatekeeper.provider_urls',
    env: 'PROVIDER_URLS',
    type: issuers,
    default: '',
    description:
      'Issuers whose Cloud Connector tokens are accepted from GitLab on `/observability/v1`. Keys are fetched from these and from nowhere else. None: no such token is.',
  },
  cloudConnectorInstance: {
    yaml: 'gatekeeper.cloud_connector_instance',
    env: 'CLOUD_CONNECTOR_INSTANCE',
    type: text,
    default: undefined,
    description:
      'Id of the one GitLab instance whose namespaces and projects the registry holds. Unset: only tokens that name their namespace (GitLab.com) are accepted, because ids are unique within one instance only.',
  },
});

export type CloudConnectorConfig = ConfigOf<typeof cloudConnectorSettings>;
