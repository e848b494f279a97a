import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { Action, GatekeeperService, Signal } from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { loadConfig } from '../../../lib/config/load.js';
import { fromConnectError } from '../../../lib/errors/connect.js';
import { createAssertionVerifier } from '../../../lib/rpc/assertion.js';
import { createRpcClient, type RpcClient } from '../../../lib/rpc/client.js';
import { createGatekeeperKeys } from '../../../lib/rpc/gatekeeper-keys.js';
import { gatekeeperSettings } from '../../../services/gatekeeper/config.js';
import { startGatekeeper } from '../../../services/gatekeeper/service.js';
import { tenantQuotaSettings } from '../../../services/tenant-quota/config.js';
import { startTenantQuota } from '../../../services/tenant-quota/service.js';
import { startEmbeddedClickHouse } from '../../_util/embedded-clickhouse.js';
import { eventually } from '../../_util/rest.js';
import { ANY_PORT, testServiceContext } from '../../_util/service-context.js';
import { ADMIN, INGEST, identities, OTHER, READ } from './identities.js';

const closers: (() => unknown)[] = [];
let client: RpcClient<typeof GatekeeperService>;
let url: string;
let identityFile: string;

beforeAll(async () => {
  const directory = mkdtempSync(join(tmpdir(), 'gob-gatekeeper-'));
  identityFile = join(directory, 'identity.yaml');
  writeFileSync(identityFile, stringify(identities));
  const clickhouse = await startEmbeddedClickHouse();
  let gatekeeperUrl = '';
  const fetchKeys = () => createGatekeeperKeys(gatekeeperUrl).fetch();
  const tenantQuota = await startTenantQuota(
    {
      ...loadConfig(tenantQuotaSettings, { argv: [], env: {} }),
      tenantQuotaAddress: ANY_PORT,
      gatekeeperUrl: 'http://unused.invalid',
      clickhouseUrl: clickhouse.url,
      clickhouseCluster: undefined,
      retentionIntervalMs: 60_000,
      clickhouseMaxConnections: 8,
      identityFile,
    },
    testServiceContext(),
    { fetchKeys },
  );
  const context = testServiceContext();
  const gatekeeper = await startGatekeeper(
    {
      ...loadConfig(gatekeeperSettings, { argv: [], env: {} }),
      gatekeeperAddress: ANY_PORT,
      tenantQuotaUrl: tenantQuota.url,
      identityFile,
    },
    context,
    { oneTimeSignIn: { token: 'the-link-that-is-printed', username: 'dev' } },
  );
  url = gatekeeperUrl = gatekeeper.url;
  client = createRpcClient(GatekeeperService, { url, timeoutMs: 5_000 });
  closers.push(
    () => rmSync(directory, { recursive: true }),
    () => clickhouse.close(),
    () => tenantQuota.close(),
    () => gatekeeper.close(),
    () => client.close(),
  );
  await context.readiness.whenReady();
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

const token = (value: string) => ({ form: { case: 'token' as const, value } });
const session = (value: string) => ({ form: { case: 'sessionId' as const, value } });
const read = (value: string, projectId = 0n) =>
  client.calls.authorize({ credential: token(value), action: Action.READ, projectId, audience: 'query' });
const admit = (value: string, path: { projectId?: bigint; tenantId?: number } = {}) =>
  client.calls.admit({ credential: token(value), signal: Signal.TRACES, wireBytes: 1n, ...path });
const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable(),
    (error) => fromConnectError(error),
  );

describe('Authorize', () => {
  it('answers with an assertion that the audience can verify, and nobody else', async () => {
    const answer = await read(READ, 7n);
    expect(answer).toMatchObject({ tenantId: 22, projectId: 7n, principal: 'shop-read' });
    const keys = createGatekeeperKeys(url);
    closers.push(() => keys.close());
    expect(await createAssertionVerifier('query', keys.fetch)(answer.assertion)).toEqual({
      kind: 'principal',
      principal: 'shop-read',
      tenantId: 22,
      projectId: 7n,
      scopes: ['read_observability'],
      database: 'gob_cell_default',
      retentionDays: 7,
      // Those of the tier, since nothing is set.
      queryLimits: expect.objectContaining({ maxSeconds: 10, maxReadRows: 200_000_000, maxConcurrent: 8 }),
    });
    await expect(createAssertionVerifier('tenant-quota', keys.fetch)(answer.assertion)).rejects.toMatchObject(
      { code: 'unauthenticated' },
    );
    const { exp = 0, iat = 0 } = decodeJwt(answer.assertion);
    expect(exp - iat).toBe(60);
    expect(JSON.stringify(decodeJwt(answer.assertion))).not.toContain(READ);
  });

  it('takes the project from the credential when the request names none', async () => {
    expect((await read(READ)).projectId).toBe(7n);
    expect(await refusal(read(ADMIN))).toMatchObject({ code: 'invalid_argument', field: 'project_id' });
    expect((await read(ADMIN, 9n)).projectId).toBe(9n);
  });

  it.each([
    [
      'no credential',
      () => client.calls.authorize({ action: Action.READ, projectId: 7n, audience: 'query' }),
      'unauthenticated',
    ],
    ['an unknown token', () => read('nobody-ever-gave-this-out', 7n), 'unauthenticated'],
    ['an enormous token', () => read('x'.repeat(100_000), 7n), 'unauthenticated'],
    [
      'an ended session',
      () =>
        client.calls.authorize({
          credential: session('gone'),
          action: Action.READ,
          projectId: 7n,
          audience: 'query',
        }),
      'unauthenticated',
    ],
    ['a scope that is missing', () => read(INGEST, 7n), 'permission_denied'],
    ['a project that is switched off', () => read(ADMIN, 8n), 'permission_denied'],
    [
      'no action',
      () => client.calls.authorize({ credential: token(READ), projectId: 7n, audience: 'query' }),
      'invalid_argument',
    ],
    [
      'an audience that does not exist',
      () =>
        client.calls.authorize({
          credential: token(READ),
          action: Action.READ,
          projectId: 7n,
          audience: 'x',
        }),
      'invalid_argument',
    ],
  ])('refuses %s', async (_what, call, code) => {
    expect((await refusal(call())).code).toBe(code);
  });

  it('gives a stranger the same answer for a project that exists and for one that does not', async () => {
    const existing = await refusal(read(OTHER, 7n));
    const missing = await refusal(read(OTHER, 123_456n));
    expect(existing.code).toBe('not_found');
    expect(existing.message).toBe(missing.message);
  });
});

describe('Admit', () => {
  it('tells whose data it is, where it belongs, and the limits', async () => {
    const answer = await admit(INGEST, { projectId: 7n, tenantId: 22 });
    expect(answer).toMatchObject({
      tenantId: 22,
      projectId: 7n,
      principal: 'shop-ingest',
      database: 'gob_cell_default',
      limits: { maxRequestBytes: 16_777_216n, retentionDays: 7 },
    });
    const aheadMs = Number(answer.validUntil?.seconds ?? 0n) * 1000 - Date.now();
    expect(aheadMs).toBeLessThanOrEqual(2_000);
  });

  it('refuses readers, other projects and a tenant that does not own the project', async () => {
    expect((await refusal(admit(READ))).code).toBe('permission_denied');
    expect((await refusal(admit(INGEST, { projectId: 9n }))).code).toBe('not_found');
    expect((await refusal(admit(INGEST, { projectId: 7n, tenantId: 33 }))).code).toBe('not_found');
  });
});

describe('sessions', () => {
  it('begin with the printed link, once, and end with signing out', async () => {
    const { sessionId, username } = await client.calls.signIn({
      method: { case: 'oneTimeToken', value: 'the-link-that-is-printed' },
    });
    expect(username).toBe('dev');
    expect(
      (
        await refusal(
          client.calls.signIn({ method: { case: 'oneTimeToken', value: 'the-link-that-is-printed' } }),
        )
      ).code,
    ).toBe('unauthenticated');
    const { projects } = await client.calls.getSession({ credential: session(sessionId) });
    expect(projects.map(({ path }) => path)).toEqual(['acme/app', 'acme/shop']);
    const allowed = await client.calls.authorize({
      credential: session(sessionId),
      action: Action.READ,
      projectId: 9n,
      audience: 'query',
    });
    expect(allowed.principal).toBe('dev');
    await client.calls.signOut({ sessionId });
    expect((await refusal(client.calls.getSession({ credential: session(sessionId) }))).code).toBe(
      'unauthenticated',
    );
  });
});

it('refuses numbers of enums that it does not know', async () => {
  const credential = token('refused-before-it-is-looked-at');
  const action = 99 as Action;
  expect(await refusal(client.calls.authorize({ credential, action, audience: 'query' }))).toMatchObject({
    code: 'invalid_argument',
    field: 'action',
  });
  const signal = 99 as Signal;
  expect(await refusal(client.calls.admit({ credential, signal }))).toMatchObject({
    code: 'invalid_argument',
    field: 'signal',
  });
});

it('follows changes of tenants and tokens while running', async () => {
  const next = 'a-token-made-meanwhile';
  writeFileSync(
    identityFile,
    stringify({
      ...identities,
      tenants: [...identities.tenants, { id: 44, path: 'new', projects: [{ id: 80, path: 'new/one' }] }],
      tokens: [
        ...identities.tokens.filter(({ name }) => name !== 'other-read'),
        { name: 'new-read', token: next, project: 80, scopes: ['read_observability'] },
      ],
    }),
  );
  const answer = await eventually(
    () => read(next).catch(() => undefined),
    (found) => found !== undefined,
  );
  expect(answer).toMatchObject({ tenantId: 44, projectId: 80n });
  expect((await refusal(read(OTHER))).code).toBe('unauthenticated');
});
