import { generateKeyPairSync } from 'node:crypto';
import { type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { beforeAll, expect, it } from 'vitest';
import { createAssertionVerifier } from './assertion.js';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519').privateKey;
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'EdDSA', use: 'sig' };
let fetches = 0;
const verify = createAssertionVerifier('query', async () => {
  fetches += 1;
  return JSON.stringify({ keys: [jwk] });
});

const claims = {
  kind: 'principal',
  scopes: ['read_observability'],
  tenant: 22,
  project: '7',
  db: 'gob_cell_default',
  retention_days: 30,
};
interface Made {
  readonly payload?: JWTPayload;
  readonly header?: object;
  readonly key?: Parameters<SignJWT['sign']>[0];
}
const seconds = () => Math.floor(Date.now() / 1000);
const make = ({ payload = {}, header = {}, key = privateKey }: Made = {}) => {
  const standard = { iss: 'gob-gatekeeper', aud: 'query', sub: 'dev', iat: seconds(), exp: seconds() + 60 };
  return new SignJWT({ ...claims, ...standard, ...payload })
    .setProtectedHeader({ alg: 'EdDSA', kid: 'k1', ...header })
    .sign(key);
};

beforeAll(async () => {
  expect(await verify(await make())).toMatchObject({ kind: 'principal', tenantId: 22, projectId: 7n });
});

it.each<[string, () => Promise<string> | string]>([
  ['has expired', () => make({ payload: { iat: seconds() - 120, exp: seconds() - 60 } })],
  ['never expires', () => make({ payload: { exp: undefined } })],
  ['is for another service', () => make({ payload: { aud: 'tenant-quota' } })],
  ['is of another issuer', () => make({ payload: { iss: 'https://gitlab.example.com' } })],
  ['names nobody', () => make({ payload: { sub: undefined } })],
  ['names no tenant', () => make({ payload: { tenant: 0 } })],
  ['names a project that is no number', () => make({ payload: { project: '7 OR 1=1' } })],
  ['is signed by a stranger', () => make({ key: stranger })],
  ['brings its own key', () => make({ key: stranger, header: { jwk } })],
  [
    'is signed with the public key as a secret',
    () => make({ header: { alg: 'HS256' }, key: Buffer.from(JSON.stringify(jwk)) }),
  ],
  [
    'is not signed',
    () =>
      new UnsecuredJWT({
        ...claims,
        iss: 'gob-gatekeeper',
        aud: 'query',
        sub: 'dev',
        exp: seconds() + 60,
      }).encode(),
  ],
  ['is no token', () => 'x.y.z'],
  ['is empty', () => ''],
])('an assertion that %s is refused', async (_what, token) => {
  await expect(verify(await token())).rejects.toMatchObject({ code: 'unauthenticated' });
});

it('an assertion with an invented key id makes nobody fetch keys at its pace', async () => {
  const before = fetches;
  for (let count = 0; count < 20; count++) {
    const token = await make({ header: { kid: `invented-${count}` } });
    await expect(verify(token)).rejects.toMatchObject({ code: 'unauthenticated' });
  }
  expect(fetches - before).toBeLessThanOrEqual(1);
});
