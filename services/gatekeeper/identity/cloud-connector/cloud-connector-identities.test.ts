import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { Action } from '../../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import type { CloudConnectorHeaders } from '../../../../lib/auth/cloud-connector-headers.js';
import {
  OF_THE_INSTANCE,
  presented,
  refusalOf,
  useCloudConnector,
} from '../../../../test/_util/cloud-connector-bed.js';
import { INSTANCE, signWith } from '../../../../test/_util/oidc-issuer.js';

const { key, other, issuer, open, payload, signed } = useCloudConnector();

describe('a token of GitLab', () => {
  it('opens the project that its headers name, in its namespace', async () => {
    const identity = await open().find(presented(await signed()));
    expect(identity).toMatchObject(OF_THE_INSTANCE);
    if (!('membership' in identity.coverage)) return expect.unreachable();
    const { membership } = identity.coverage;
    expect(await membership.find(7n, Action.READ)).toMatchObject({ rootNamespaceId: 22n });
    expect(await membership.find(8n, Action.READ)).toBeUndefined();
    expect(await membership.list()).toEqual({ projectIds: [7n], isComplete: true });
  });

  it('may name several audiences, and its namespace as a number', async () => {
    const token = await signed({ aud: ['x', 'gitlab-observability-backend'], gitlab_namespace_id: 22 });
    expect(await open().find(presented(token))).toMatchObject(OF_THE_INSTANCE);
  });

  it.each<[string, JWTPayload, RegExp]>([
    ['of another issuer', { iss: 'https://gitlab.example' }, /issuer is not accepted/],
    ['of no issuer', { iss: undefined }, /issuer is not accepted/],
    ['for somebody else', { aud: 'gitlab-ai-gateway' }, /claim aud/],
    ['for nobody', { aud: undefined }, /claim aud/],
    ['that has expired', { exp: 1_600_000_000 }, /has expired/],
    ['that never expires', { exp: undefined }, /claim exp/],
    ['of the future', { nbf: 4_000_000_000 }, /claim nbf/],
    ['with another scope', { scopes: ['code_suggestions'] }, /lacks the scope observability_all/],
    ['without scopes', { scopes: undefined }, /claim scopes/],
    ['with scopes in one text', { scopes: 'observability_all' }, /claim scopes/],
    ['of another instance', { sub: 'another' }, /X-Gitlab-Instance-Id/],
    ['of no instance', { sub: undefined }, /claim sub/],
    ['of another realm', { gitlab_realm: 'self-managed' }, /X-Gitlab-Realm/],
    ['of an unknown realm', { gitlab_realm: 'dedicated' }, /claim gitlab_realm/],
    ['of another namespace', { gitlab_namespace_id: '33' }, /X-GitLab-Namespace-id/],
    ['of no namespace', { gitlab_namespace_id: undefined }, /X-GitLab-Namespace-id/],
  ])('%s is refused', async (_what, fields, message) => {
    const refusal = await refusalOf(open().find(presented(await signed(fields))));
    expect(refusal).toMatch(new RegExp(`^unauthenticated: .*${message.source}`));
  });

  it.each<[Partial<CloudConnectorHeaders>, RegExp]>([
    [{ instanceId: '' }, /X-Gitlab-Instance-Id/],
    [{ instanceId: `${INSTANCE}, ${INSTANCE}` }, /X-Gitlab-Instance-Id/],
    [{ realm: '' }, /X-Gitlab-Realm/],
    [{ namespaceId: '33' }, /X-GitLab-Namespace-id/],
    [{ namespaceId: '' }, /X-GitLab-Namespace-id/],
    [{ namespaceId: '022' }, /X-GitLab-Namespace-id/],
    [{ projectId: '' }, /X-GitLab-Project-id/],
    [{ projectId: '7, 8' }, /X-GitLab-Project-id/],
    [{ projectId: '../8' }, /X-GitLab-Project-id/],
    [{ projectId: '0' }, /X-GitLab-Project-id/],
  ])('is refused beside the headers %o', async (fields, message) => {
    expect(await refusalOf(open().find(presented(await signed(), fields)))).toMatch(message);
  });

  it('of an instance of its own is accepted where that one is registered, and from no other', async () => {
    const token = await signed({ gitlab_realm: 'self-managed', gitlab_namespace_id: undefined });
    const headers = presented(token, { realm: 'self-managed' });
    expect(await refusalOf(open().find(headers))).toMatch(/set CLOUD_CONNECTOR_INSTANCE/);
    expect(await open({ CLOUD_CONNECTOR_INSTANCE: INSTANCE }).find(headers)).toMatchObject(OF_THE_INSTANCE);
    const elsewhere = open({ CLOUD_CONNECTOR_INSTANCE: 'another' });
    expect(await refusalOf(elsewhere.find(headers))).toMatch(/not the one that is registered/);
    expect(await refusalOf(elsewhere.find(presented(await signed())))).toMatch(
      /not the one that is registered/,
    );
  });
});

describe('a signature', () => {
  it('of none is refused', async () => {
    const token = new UnsecuredJWT(payload()).encode();
    expect(await refusalOf(open().find(presented(token)))).toMatch(
      /not signed with RS256|cannot be verified/,
    );
  });

  it('made with the public key as a shared secret is refused', async () => {
    const secret = new TextEncoder().encode(JSON.stringify(key().publicJwk));
    const token = await new SignJWT(payload())
      .setProtectedHeader({ alg: 'HS256', kid: 'first' })
      .sign(secret);
    expect(await refusalOf(open().find(presented(token)))).toMatch(/not signed with RS256/);
  });

  it('by another algorithm is refused even when its key is published', async () => {
    const { publicKey, privateKey } = await generateKeyPair('PS256', { extractable: true });
    issuer().keys = [{ ...(await exportJWK(publicKey)), kid: 'pss' }];
    const token = await new SignJWT(payload())
      .setProtectedHeader({ alg: 'PS256', kid: 'pss' })
      .sign(privateKey);
    expect(await refusalOf(open().find(presented(token)))).toMatch(/not signed with RS256/);
  });

  it('of a stranger is refused, whatever key id it names', async () => {
    const forged = await signWith({ ...other(), kid: 'first' }, payload());
    expect(await refusalOf(open().find(presented(forged)))).toMatch(/signature is wrong/);
    const unknown = await signWith(other(), payload());
    expect(await refusalOf(open().find(presented(unknown)))).toMatch(/key is not known/);
    const paths = await signWith({ ...key(), kid: '../../etc/passwd' }, payload());
    expect(await refusalOf(open().find(presented(paths)))).toMatch(/key is not known/);
  });

  it('that names no key is refused', async () => {
    const token = await new SignJWT(payload()).setProtectedHeader({ alg: 'RS256' }).sign(key().privateKey);
    expect(await refusalOf(open().find(presented(token)))).toMatch(/names no key/);
  });

  it('that brings its own key is refused', async () => {
    const token = await new SignJWT(payload())
      .setProtectedHeader({
        alg: 'RS256',
        kid: 'first',
        jwk: other().publicJwk,
        jku: 'http://127.0.0.2:1/keys',
      })
      .sign(other().privateKey);
    expect(await refusalOf(open().find(presented(token)))).toMatch(/signature is wrong/);
  });

  it.each(['', 'x', 'a.b.c', 'eyJhbGciOiJSUzI1NiJ9.e30.', `eyJ9.${'x'.repeat(5_000)}.x`])(
    'of something that is no token (%j) is refused',
    async (token) => {
      expect(await refusalOf(open().find(presented(token)))).toMatch(/^unauthenticated/);
      expect(issuer().calls).toEqual([]);
    },
  );
});

describe('a token without a project', () => {
  const nowhere = { realm: 'self-managed', projectId: '', namespaceId: '' };
  const token = () => signed({ gitlab_realm: 'self-managed', gitlab_namespace_id: undefined });

  it('of the registered instance lists everything', async () => {
    const identity = await open({ CLOUD_CONNECTOR_INSTANCE: INSTANCE }).find(
      presented(await token(), nowhere),
    );
    expect(identity).toMatchObject({ scopes: ['read_observability'], coverage: { everything: true } });
  });

  it('of any other is refused', async () => {
    expect(await refusalOf(open().find(presented(await token(), nowhere)))).toMatch(
      /CLOUD_CONNECTOR_INSTANCE/,
    );
    const bound = presented(await signed(), { projectId: '', namespaceId: '' });
    expect(await refusalOf(open().find(bound))).toMatch(/^unauthenticated/);
    const own = open({ CLOUD_CONNECTOR_INSTANCE: INSTANCE });
    expect(await refusalOf(own.find(bound))).toMatch(/^unauthenticated/);
  });
});
