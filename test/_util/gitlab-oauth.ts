import type { IncomingMessage, ServerResponse } from 'node:http';
import Provider from 'oidc-provider';
import type { GitlabDouble } from './gitlab-double.js';

export const CLIENT = { id: 'the-application', secret: 'the-secret-of-the-application-0001' } as const;

export interface GitlabOauthPages {
  /** Who is signed in at GitLab; undefined: nobody, and access is denied. */
  userId: number | undefined;
  /** Life of the access tokens that are issued from now on. */
  lifeSeconds: number;
}

/**
 * Gives a double of GitLab the OAuth of a real OpenID provider, under GitLab's paths: a trusted application (no consent),
 * PKCE required, refresh tokens that work once, opaque access tokens that the double's API knows.
 */
export function mountOauth(double: GitlabDouble, redirectUrl: string): GitlabOauthPages {
  const pages: GitlabOauthPages = { userId: 41, lifeSeconds: 7_200 };
  const provider: Provider = new Provider(double.url, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [redirectUrl],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    scopes: ['read_api'],
    pkce: { required: () => true, methods: ['S256'] },
    routes: { authorization: '/oauth/authorize', token: '/oauth/token', revocation: '/oauth/revoke' },
    features: { devInteractions: { enabled: false }, revocation: { enabled: true } },
    cookies: { keys: ['of-the-test'] },
    ttl: {
      AccessToken: () => pages.lifeSeconds,
      AuthorizationCode: 60,
      Interaction: 60,
      Session: 600,
      Grant: 600,
      RefreshToken: 600,
    },
    issueRefreshToken: async () => true,
    rotateRefreshToken: true,
    interactions: { url: (_context, { uid }) => `/users/sign_in/${uid}` },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    loadExistingGrant: async ({ oidc }) => {
      const grant = new provider.Grant({ clientId: CLIENT.id, accountId: oidc.session?.accountId });
      grant.addOIDCScope('read_api');
      await grant.save();
      return grant;
    },
  });
  provider.on('access_token.saved', ({ jti, accountId, scope }) => {
    double.data.tokens.push({
      secret: jti,
      id: double.data.tokens.length + 1,
      name: 'oauth',
      userId: Number(accountId),
      scopes: (scope ?? '').split(' '),
      isOauth: true,
    });
  });
  const callback = provider.callback();
  double.mount((request, response) =>
    request.url?.startsWith('/users/sign_in')
      ? signIn(provider, pages, { request, response })
      : callback(request, response),
  );
  return pages;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Whoever is signed in at GitLab already passes without being asked. */
function signIn(provider: Provider, { userId }: GitlabOauthPages, { request, response }: Exchange) {
  const result =
    userId === undefined
      ? { error: 'access_denied', error_description: '<b>denied</b>' }
      : { login: { accountId: String(userId) } };
  return provider.interactionFinished(request, response, result);
}
