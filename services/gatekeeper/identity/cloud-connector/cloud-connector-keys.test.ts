import { describe, expect, it } from 'vitest';
import {
  OF_THE_INSTANCE,
  presented,
  refusalOf,
  useCloudConnector,
} from '../../../../test/_util/cloud-connector-bed.js';
import { signWith } from '../../../../test/_util/oidc-issuer.js';

const { clock, key, other, issuer, open, payload, signed } = useCloudConnector();

describe('keys', () => {
  const DISCOVERY = '/.well-known/openid-configuration';
  const KEYS = '/oauth/discovery/keys';

  it('are fetched once for many tokens, and never for issuers that are not listed', async () => {
    const identities = open();
    const stranger = await signed({ iss: 'http://127.0.0.2:1' });
    await refusalOf(identities.find(presented(stranger)));
    expect(issuer().calls).toEqual([]);
    const token = await signed();
    await Promise.all(Array.from({ length: 100 }, () => identities.find(presented(token))));
    expect(issuer().calls).toEqual([DISCOVERY, KEYS]);
  });

  it('are fetched again for a new one, but not at the pace of tokens with invented key ids', async () => {
    const identities = open();
    await identities.find(presented(await signed()));
    const invented = await signWith({ ...other(), kid: 'invented' }, payload());
    for (let count = 0; count < 20; count++) await refusalOf(identities.find(presented(invented)));
    expect(issuer().calls).toHaveLength(2);
    issuer().keys = [key().publicJwk, other().publicJwk];
    clock.nowMs += 30_000;
    expect(await identities.find(presented(await signWith(other(), payload())))).toMatchObject(
      OF_THE_INSTANCE,
    );
    expect(issuer().calls).toHaveLength(4);
  });

  it('that were withdrawn are refused when the others are fetched again', async () => {
    const identities = open();
    const token = presented(await signed());
    await identities.find(token);
    issuer().keys = [other().publicJwk];
    clock.nowMs += 10 * 60_000 + 1;
    expect(await refusalOf(identities.find(token))).toMatch(/key is not known/);
  });

  it('are believed for an hour while the issuer is away', async () => {
    const identities = open();
    const token = presented(await signed());
    await identities.find(token);
    issuer().trouble = 503;
    clock.nowMs += 60 * 60_000;
    expect(await identities.find(token)).toMatchObject(OF_THE_INSTANCE);
    clock.nowMs += 1;
    expect(await refusalOf(identities.find(token))).toMatch(/^unavailable/);
    issuer().trouble = undefined;
    clock.nowMs += 30_000;
    expect(await identities.find(token)).toMatchObject(OF_THE_INSTANCE);
  });

  it.each<[string, Record<string, unknown>]>([
    ['names another issuer', { issuer: 'https://gitlab.com' }],
    ['keeps its keys elsewhere', { jwks_uri: 'http://127.0.0.2:1/keys' }],
    ['names no keys', { jwks_uri: undefined }],
  ])('of an issuer whose discovery %s are not used', async (_what, discovery) => {
    issuer().discovery = discovery;
    expect(await refusalOf(open().find(presented(await signed())))).toMatch(/^unavailable/);
    expect(issuer().calls).toEqual([DISCOVERY]);
  });

  it('of GITLAB_OIDC_PROVIDER are used as well, with or without a slash behind it', async () => {
    const env = { PROVIDER_URLS: 'https://gitlab.example', GITLAB_OIDC_PROVIDER: `${issuer().url}/` };
    expect(await open(env).find(presented(await signed()))).toMatchObject(OF_THE_INSTANCE);
  });
});
