import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

export interface OidcIssuer {
  readonly url: string;
  /** What its key set holds now. */
  keys: JWK[];
  /** Paths that were asked for, in order. */
  readonly calls: string[];
  /** Instead of what discovery says. */
  discovery: Record<string, unknown>;
  /** Answers with this status instead, while set. */
  trouble: number | undefined;
  close(): Promise<void>;
}

export async function makeRsaKey(kid: string): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { kid, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, use: 'sig' } };
}

/** A token of the key, with the key's id in its header unless told otherwise. */
export function signWith(
  { kid, privateKey }: SigningKey,
  payload: JWTPayload,
  header: { readonly alg?: string; readonly kid?: string | undefined } = {},
): Promise<string> {
  return new SignJWT(payload)
    .setProtectedHeader({ alg: 'RS256', kid, ...header } as { alg: string })
    .sign(privateKey);
}

/** An OpenID Connect issuer of its own: discovery and keys over HTTP. */
export async function startOidcIssuer(keys: JWK[]): Promise<OidcIssuer> {
  const server = createServer(({ url: path = '' }, response) => {
    issuer.calls.push(path);
    const discovery = {
      issuer: issuer.url,
      jwks_uri: `${issuer.url}/oauth/discovery/keys`,
      ...issuer.discovery,
    };
    const body = {
      '/.well-known/openid-configuration': discovery,
      '/oauth/discovery/keys': { keys: issuer.keys },
    }[path];
    response.writeHead(issuer.trouble ?? (body ? 200 : 404), { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer: OidcIssuer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keys,
    calls: [],
    discovery: {},
    trouble: undefined,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return issuer;
}

export const INSTANCE = '0f9b2a53-7f27-4d28-9d5c-6a2f3f0d3b11';

/** What a Cloud Connector token of GitLab.com says, for namespace 22. */
export function cloudConnectorClaims(issuerUrl: string, fields: JWTPayload = {}): JWTPayload {
  const nowSeconds = Math.floor(Date.now() / 1000);
  return {
    iss: issuerUrl,
    aud: 'gitlab-observability-backend',
    sub: INSTANCE,
    iat: nowSeconds,
    nbf: nowSeconds - 5,
    exp: nowSeconds + 3_600,
    jti: 'one',
    gitlab_realm: 'saas',
    scopes: ['observability_all'],
    gitlab_namespace_id: '22',
    ...fields,
  };
}
