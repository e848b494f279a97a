import type { JWTPayload } from 'jose';
import { pino } from 'pino';
import { afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { CloudConnectorHeaders } from '../../lib/auth/cloud-connector-headers.js';
import { loadConfig } from '../../lib/config/load.js';
import { CloudConnectorIdentities } from '../../services/gatekeeper/identity/cloud-connector/cloud-connector-identities.js';
import { cloudConnectorSettings } from '../../services/gatekeeper/identity/cloud-connector/cloud-connector-settings.js';
import {
  cloudConnectorClaims,
  INSTANCE,
  makeRsaKey,
  type OidcIssuer,
  type SigningKey,
  signWith,
  startOidcIssuer,
} from './oidc-issuer.js';

/** Whom every good token is of. */
export const OF_THE_INSTANCE = {
  name: `GitLab instance ${INSTANCE}`,
  scopes: ['read_observability', 'write_observability'],
};

export const presented = (
  token: string,
  fields: Partial<CloudConnectorHeaders> = {},
): CloudConnectorHeaders => ({
  token,
  instanceId: INSTANCE,
  realm: 'saas',
  namespaceId: '22',
  projectId: '7',
  ...fields,
});

export const refusalOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => expect.unreachable(),
    (error) => `${error.code}: ${error.message}`,
  );

/** A real issuer with two keys for the file, of which it publishes the first, and a clock that is set by hand. */
export function useCloudConnector() {
  let key: SigningKey;
  let other: SigningKey;
  let issuer: OidcIssuer;
  const clock = { nowMs: 0 };
  beforeAll(async () => {
    key = await makeRsaKey('first');
    other = await makeRsaKey('second');
  });
  beforeEach(async () => {
    clock.nowMs = 0;
    issuer = await startOidcIssuer([key.publicJwk]);
  });
  afterEach(() => issuer.close());
  const payload = (fields: JWTPayload = {}) => cloudConnectorClaims(issuer.url, fields);
  return {
    clock,
    key: () => key,
    other: () => other,
    issuer: () => issuer,
    open: (env: Record<string, string> = {}) =>
      new CloudConnectorIdentities({
        config: loadConfig(cloudConnectorSettings, { argv: [], env: { PROVIDER_URLS: issuer.url, ...env } }),
        logger: pino({ level: 'silent' }),
        nowMs: () => clock.nowMs,
      }),
    payload,
    signed: (fields: JWTPayload = {}) => signWith(key, payload(fields)),
  };
}
