import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gatewaySettings } from '../../../gateway/config.js';
import { startGateway } from '../../../gateway/service.js';
import { loadConfig } from '../../../lib/config/load.js';
import { hashPassword } from '../../../services/gatekeeper/identity/password.js';
import { querySettings } from '../../../services/query/config.js';
import { startQueryService } from '../../../services/query/service.js';
import { type GitlabDouble, startGitlabDouble } from '../../_util/gitlab-double.js';
import { ANY_PORT, testServiceContext } from '../../_util/service-context.js';
import { exportOverGrpc } from '../otlp-receiver/clients.js';
import { eventually } from '../otlp-receiver/harness.js';
import {
  exportOf,
  identitiesWith,
  LARGE,
  LARGE_READ,
  type LimitsBed,
  SMALL,
  SMALL_READ,
  startLimitsBed,
} from './limits.bed.js';

const WRONG = 'a-token-that-nobody-gave-out';
const EXPIRED = 'glpat-that-ended-years-ago';
const OF_GITLAB = 'glpat-of-a-developer-0001';
const PASSWORD = 'correct horse battery';
const closers: (() => unknown)[] = [];
let bed: LimitsBed;
let gitlab: GitlabDouble;
let gatewayUrl: string;
let receiverUrl: string;

type Headers = Record<string, string>;

const basic = (token: string) => `Basic ${Buffer.from(`anybody:${token}`).toString('base64')}`;
/** Every way in which a token may be sent. */
const FORMS: readonly (readonly [string, (token: string) => Headers])[] = [
  ['PRIVATE-TOKEN', (token) => ({ 'private-token': token })],
  ['Bearer', (token) => ({ authorization: `Bearer ${token}` })],
  ['Bearer, percent-encoded', (token) => ({ authorization: `Bearer%20${token}` })],
  ['Basic', (token) => ({ authorization: basic(token) })],
  [
    'Basic, percent-encoded',
    (token) => ({ authorization: basic(token).replace(' ', '%20').replaceAll('=', '%3D') }),
  ],
];

/** What reading of project 7 of tenant 22 answers, and sending to it over HTTP and over gRPC, which names no project. */
const OUTCOMES: readonly {
  readonly what: string;
  readonly token: string;
  readonly read: number;
  readonly write: number;
  readonly grpc: number;
}[] = [
  { what: 'for reading', token: SMALL_READ, read: 200, write: 403, grpc: 7 },
  { what: 'for sending', token: SMALL, read: 403, write: 200, grpc: 0 },
  { what: 'of GitLab for both', token: OF_GITLAB, read: 200, write: 200, grpc: 0 },
  { what: 'of GitLab that has expired', token: EXPIRED, read: 401, write: 401, grpc: 16 },
  { what: 'that is not known', token: WRONG, read: 401, write: 401, grpc: 16 },
  { what: 'to read another project', token: LARGE_READ, read: 404, write: 404, grpc: 7 },
  { what: 'to send to another project', token: LARGE, read: 404, write: 404, grpc: 0 },
];

beforeAll(async () => {
  const scopes = ['read_api', 'read_observability', 'write_observability'];
  gitlab = await startGitlabDouble({
    users: [{ id: 41, username: 'dev' }],
    tokens: [
      { secret: OF_GITLAB, id: 501, name: 'ci', userId: 41, scopes },
      { secret: EXPIRED, id: 502, name: 'old', userId: 41, scopes, expiresAt: '2001-01-01' },
    ],
    projects: [{ id: 7, path: 'acme/shop', namespaceIds: [22], members: { 41: { level: 30 } } }],
  });
  bed = await startLimitsBed({ receivers: 1, gatekeeper: { gitlabUrl: gitlab.url } });
  const password_scrypt = await hashPassword(PASSWORD);
  bed.writeIdentities({
    ...identitiesWith(1_000_000),
    users: [{ username: 'dev', password_scrypt, tenant: 22, role: 'developer' }],
  });
  receiverUrl = bed.receivers[0]?.httpUrl ?? expect.unreachable();
  const query = await startQueryService(
    {
      ...loadConfig(querySettings, { argv: [], env: {} }),
      queryAddress: ANY_PORT,
      clickhouseUrl: bed.clickhouse.url,
      gatekeeperUrl: bed.gatekeeper.url,
    },
    testServiceContext(),
  );
  const gateway = await startGateway(
    {
      ...loadConfig(gatewaySettings, { argv: [], env: {} }),
      gatewayAddress: ANY_PORT,
      gatekeeperUrl: bed.gatekeeper.url,
      queryUrl: query.url,
      trustedProxies: ['127.0.0.1'],
    },
    testServiceContext(),
  );
  gatewayUrl = gateway.url;
  closers.push(
    () => gitlab.close(),
    () => bed.close(),
    () => query.close(),
    () => gateway.close(),
  );
}, 120_000);
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

const read = (headers: Headers, projectId = 7) =>
  fetch(`${gatewayUrl}/v3/query/${projectId}/services`, { headers });
const write = (headers: Headers) =>
  fetch(`${receiverUrl}/v3/22/7/ingest/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf', ...headers },
    body: exportOf(300),
  });
const grpc = (metadata: Headers) =>
  exportOverGrpc(bed.receivers[0] ?? expect.unreachable(), exportOf(300), { metadata });

describe.each(FORMS)('A credential as %s', (_form, headersOf) => {
  it.each(OUTCOMES)('$what: $read, $write, $grpc', async ({ token, ...expected }) => {
    const headers = headersOf(token);
    const answers = { read: await read(headers), write: await write(headers), grpc: await grpc(headers) };
    expect({
      read: answers.read.status,
      write: answers.write.status,
      grpc: answers.grpc.code,
    }).toMatchObject({ read: expected.read, write: expected.write, grpc: expected.grpc });
    // Whoever is refused learns why, and nothing about what there is.
    const text = `${await answers.read.text()} ${await answers.write.text()} ${answers.grpc.message}`;
    expect(text).not.toContain(token);
    if (expected.read === 404) expect(text).not.toMatch(/acme|switched|tenant 22/i);
  });
});

it('no credential is 401 everywhere, and so is the cookie of nobody', async () => {
  const nothing: Headers[] = [{}, { cookie: 'gob_session=of-nobody' }];
  for (const headers of nothing)
    expect([(await read(headers)).status, (await write(headers)).status]).toEqual([401, 401]);
  expect((await grpc({})).code).toBe(16);
});

it('a session reads its own projects, and sends nothing', async () => {
  const signedIn = await eventually(async () => {
    const response = await fetch(`${gatewayUrl}/v1/auth/sign-in`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-requested-with': 'XMLHttpRequest',
        'x-forwarded-for': '203.0.113.7',
      },
      body: JSON.stringify({ username: 'dev', password: PASSWORD }),
    });
    return response.ok ? response : undefined;
  });
  const [cookie = ''] = (signedIn.headers.getSetCookie()[0] ?? '').split(';');
  expect((await read({ cookie, 'x-forwarded-for': '203.0.113.8' })).status).toBe(200);
  expect((await read({ cookie }, 9)).status).toBe(404);
  expect((await write({ cookie })).status).toBe(401);
  // A header that a proxy of ours has not added to says nothing, and what it adds is a row once.
  const rows = () => bed.audit.filter(({ address }) => /^203\.0\.113\.[78]$/.test(String(address)));
  await eventually(() => (rows().length >= 2 ? true : undefined));
  expect(rows()).toContainEqual(
    expect.objectContaining({ event: 'sign_in', outcome: 'granted', address: '203.0.113.7' }),
  );
  expect(rows()).toContainEqual(
    expect.objectContaining({ event: 'new_address', principal: 'dev', address: '203.0.113.8' }),
  );
});
