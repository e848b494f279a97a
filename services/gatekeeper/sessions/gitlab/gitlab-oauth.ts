import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientSecretPost,
  Configuration,
  type CustomFetchOptions,
  calculatePKCECodeChallenge,
  customFetch,
  ResponseBodyError,
  refreshTokenGrant,
  type TokenEndpointResponse,
  tokenRevocation,
} from 'openid-client';
import { AppError } from '../../../../lib/errors/app-error.js';
import { readBounded } from '../../identity/read-bounded.js';
import type { SessionTokens } from './sealed-tokens.js';

export interface GitlabOauthOptions {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUrl: string;
}

/** What GitLab gave a session. */
export interface TokenPair extends SessionTokens {
  /** Unix milliseconds. */
  readonly expiresMs: number;
}

/** Enough for every question about memberships, and for nothing that changes anything. */
const SCOPE = 'read_api';
const TIMEOUT_SECONDS = 5;
const DEFAULT_LIFE_SECONDS = 7_200;

/** OAuth 2 at one GitLab: authorization code with PKCE (S256), refresh, revocation. */
export class GitlabOauth {
  readonly #config: Configuration;
  readonly #redirectUrl: string;

  constructor({ url, clientId, clientSecret, redirectUrl }: GitlabOauthOptions) {
    const server = {
      issuer: url,
      authorization_endpoint: `${url}/oauth/authorize`,
      token_endpoint: `${url}/oauth/token`,
      revocation_endpoint: `${url}/oauth/revoke`,
    };
    this.#config = new Configuration(server, clientId, {}, ClientSecretPost(clientSecret));
    this.#config.timeout = TIMEOUT_SECONDS;
    this.#config[customFetch] = boundedFetch;
    if (url.startsWith('http:')) allowInsecureRequests(this.#config);
    this.#redirectUrl = redirectUrl;
  }

  async authorizationUrl(state: string, verifier: string): Promise<string> {
    const url = buildAuthorizationUrl(this.#config, {
      redirect_uri: this.#redirectUrl,
      scope: SCOPE,
      state,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    return url.href;
  }

  /** Throws `unauthenticated` for what GitLab refuses, `unavailable` when it does not answer. */
  async exchange(
    query: string,
    checks: { readonly state: string; readonly verifier: string },
  ): Promise<TokenPair> {
    const current = new URL(`${this.#redirectUrl}?${query}`);
    const { state: expectedState, verifier: pkceCodeVerifier } = checks;
    const grant = authorizationCodeGrant(this.#config, current, { expectedState, pkceCodeVerifier });
    return toPair(await grant.catch(rethrow));
  }

  /** Undefined when the pair is dead for good. */
  async refresh(refreshToken: string): Promise<TokenPair | undefined> {
    try {
      return toPair(await refreshTokenGrant(this.#config, refreshToken));
    } catch (error) {
      if (error instanceof ResponseBodyError) return undefined;
      return rethrow(error);
    }
  }

  async revoke(token: string): Promise<void> {
    await tokenRevocation(this.#config, token);
  }
}

function toPair({ access_token, refresh_token, expires_in }: TokenEndpointResponse): TokenPair {
  const expiresMs = Date.now() + (expires_in ?? DEFAULT_LIFE_SECONDS) * 1000;
  return { access: access_token, refresh: refresh_token, expiresMs };
}

async function boundedFetch(url: string, options: CustomFetchOptions): Promise<Response> {
  const response = await fetch(url, { ...options, body: options.body as string, redirect: 'manual' });
  const text = await readBounded(response);
  if (text === undefined) throw new Error('the answer is too large');
  const { status, headers } = response;
  return new Response(status === 204 ? null : text, { status, headers });
}

/** `ResponseBodyError` is a refusal in the words of OAuth; anything else is no answer. */
function rethrow(error: unknown): never {
  if (error instanceof ResponseBodyError && error.status < 500)
    throw new AppError(
      'unauthenticated',
      `GitLab refused to sign you in (${error.error.slice(0, 60)}). Start again.`,
      {
        cause: error,
      },
    );
  throw new AppError('unavailable', 'GitLab cannot be reached to sign you in. Try again shortly.', {
    retryAfterMs: 2_000,
    cause: error,
  });
}
