import { afterAll, beforeAll, expect, it } from 'vitest';
import { gatewaySettings } from '../../../gateway/config.js';
import { startGateway } from '../../../gateway/service.js';
import { loadConfig } from '../../../lib/config/load.js';
import { querySettings } from '../../../services/query/config.js';
import { startQueryService } from '../../../services/query/service.js';
import {
  cloudConnectorClaims,
  INSTANCE,
  makeRsaKey,
  type SigningKey,
  signWith,
  startOidcIssuer,
} from '../../_util/oidc-issuer.js';
import { ANY_PORT, testServiceContext } from '../../_util/service-context.js';
import { exportOf, LARGE, type LimitsBed, SMALL_READ, startLimitsBed } from './limits.bed.js';

const closers: (() => unknown)[] = [];
let bed: LimitsBed;
let gatewayUrl: string;
let issuerUrl: string;
let key: SigningKey;

beforeAll(async () => {
  key = await makeRsaKey('first');
  const issuer = await startOidcIssuer([key.publicJwk]);
  issuerUrl = issuer.url;
  bed = await startLimitsBed({ receivers: 1, gatekeeper: { providerUrls: [issuer.url] } });
  const urls = { gatekeeperUrl: bed.gatekeeper.url, clickhouseUrl: bed.clickhouse.url };
  const none = { argv: [], env: {} };
  const query = await startQueryService(
    { ...loadConfig(querySettings, none), ...urls, queryAddress: ANY_PORT },
    testServiceContext(),
  );
  const gateway = await startGateway(
    { ...loadConfig(gatewaySettings, none), ...urls, gatewayAddress: ANY_PORT, queryUrl: query.url },
    testServiceContext(),
  );
  gatewayUrl = gateway.url;
  for (const part of [issuer, bed, query, gateway]) closers.push(() => part.close());
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

/** As GitLab passes a request on, what its client sent included. */
async function fromGitlab(fields: Record<string, string> = {}): Promise<Record<string, string>> {
  const token = await signWith(key, cloudConnectorClaims(issuerUrl));
  return {
    authorization: `Bearer ${token}`,
    'PRIVATE-TOKEN': LARGE,
    cookie: 'gob_session=of-somebody',
    'X-GitLab-Namespace-id': '22',
    'X-GitLab-Project-id': '7',
    'X-Gitlab-Instance-Id': INSTANCE,
    'X-Gitlab-Realm': 'saas',
    ...fields,
  };
}

it('GitLab reads and writes for its users on its own paths, and the client’s own credentials count for nothing', async () => {
  const send = (path: string, headers: Record<string, string>) =>
    fetch(`${bed.receivers[0]?.httpUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf', ...headers },
      body: exportOf(500),
    });
  expect((await send('/observability/v1/traces', await fromGitlab())).status).toBe(200);
  const read = async (headers: Record<string, string>) =>
    (await fetch(`${gatewayUrl}/observability/v1/services`, { headers })).status;
  expect(await read(await fromGitlab())).toBe(200);
  // The client's token is good for project 9, which these headers name.
  const stolen = await fromGitlab({ 'X-GitLab-Project-id': '9' });
  expect((await send('/observability/v1/traces', stolen)).status).toBe(404);
  expect(await read(stolen)).toBe(404);
  expect(await read(await fromGitlab({ 'X-GitLab-Project-id': '123' }))).toBe(404);
  expect(await read(await fromGitlab({ 'X-GitLab-Namespace-id': '33' }))).toBe(401);
  expect(await read(await fromGitlab({ authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' }))).toBe(401);
});

it('elsewhere what GitLab presents is a token like any other, and is not known', async () => {
  const { authorization = '' } = await fromGitlab();
  const answer = await fetch(`${gatewayUrl}/v3/query/7/services`, { headers: { authorization } });
  expect(answer.status).toBe(401);
});

it('tokens of others work on these paths as before', async () => {
  const headers = { authorization: `Bearer ${SMALL_READ}` };
  expect((await fetch(`${gatewayUrl}/observability/v1/services`, { headers })).status).toBe(200);
});

it('a proxy that asks gets the same answers', async () => {
  const ask = async (fields: Record<string, string> = {}) => {
    const headers = {
      'X-Original-URI': '/observability/v1/traces',
      'X-Original-Method': 'POST',
      ...(await fromGitlab(fields)),
    };
    return fetch(`${bed.gatekeeper.forwardAuthUrl}/v1/auth/request`, { headers });
  };
  const passed = await ask();
  expect([passed.status, passed.headers.get('x-gob-tenant-id')]).toEqual([200, '22']);
  expect((await ask({ 'X-Gitlab-Realm': 'self-managed' })).status).toBe(401);
});
