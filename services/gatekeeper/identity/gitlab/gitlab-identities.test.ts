import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Action } from '../../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { loadConfig } from '../../../../lib/config/load.js';
import { MemoryKv } from '../../../../lib/kv/memory-kv.js';
import { Counter, Registry } from '../../../../lib/telemetry/metrics.js';
import {
  type GitlabDouble,
  type GitlabTokenRow,
  startGitlabDouble,
} from '../../../../test/_util/gitlab-double.js';
import { FactCache } from '../../facts/fact-cache.js';
import type { Identity } from '../identity.js';
import { GitlabApi } from './gitlab-api.js';
import { GitlabHttp } from './gitlab-http.js';
import { GitlabIdentities } from './gitlab-identities.js';
import { GitlabPauses } from './gitlab-pauses.js';
import { gitlabSettings } from './gitlab-settings.js';

const TOKEN = 'glpat-of-a-developer-0001';
const row = (fields: Partial<GitlabTokenRow> = {}): GitlabTokenRow => ({
  secret: TOKEN,
  id: 501,
  name: 'ci',
  userId: 41,
  scopes: ['read_api', 'read_observability'],
  expiresAt: '2999-01-01',
  ...fields,
});

let double: GitlabDouble;
let kv: MemoryKv;
/** Between the real time and this, so that facts can age. */
let aheadMs: number;
const nowMs = () => Date.now() + aheadMs;

beforeEach(async () => {
  aheadMs = 0;
  kv = new MemoryKv(nowMs);
  double = await startGitlabDouble({
    users: [
      { id: 41, username: 'dev' },
      { id: 42, username: 'bot', state: 'active' },
      { id: 43, username: 'old', state: 'blocked' },
      { id: 44, username: 'idle', state: 'deactivated' },
    ],
    tokens: [row()],
    projects: [
      {
        id: 7,
        path: 'acme/platform/shop',
        namespaceIds: [22, 23],
        members: { 41: { level: 30 }, 42: { level: 20 } },
      },
      { id: 8, path: 'acme/pub', namespaceIds: [22], isPublic: true, members: { 42: { level: 40 } } },
    ],
  });
});
afterEach(async () => {
  expect(double.violations).toEqual([]);
  await double.close();
  await kv.close();
});

const counter = <L extends string>(...labelNames: L[]) =>
  new Counter({ name: 'c', help: 'x', labelNames, registers: [new Registry()] });

/** A gatekeeper's knowledge of GitLab, as each process has its own. */
function open(env: Record<string, string> = {}): GitlabIdentities {
  const config = loadConfig(gitlabSettings, { argv: [], env: { GITLAB_URL: double.url, ...env } });
  const pauses = new GitlabPauses({ kv, nowMs });
  const http = new GitlabHttp({
    url: double.url,
    pauses,
    calls: counter('call', 'outcome'),
    timeoutMs: 1_000,
  });
  const cache = new FactCache({
    kv,
    staleForMs: config.gitlabStaleForMs,
    logger: pino({ level: 'silent' }),
    answers: counter('kind', 'source'),
    nowMs,
  });
  return new GitlabIdentities({ api: new GitlabApi(http, nowMs), cache, config, nowMs });
}

function membershipOf(identity: Identity | undefined) {
  if (!identity || !('membership' in identity.coverage)) return expect.unreachable();
  return identity.coverage.membership;
}
const find = async (identities: GitlabIdentities, projectId: bigint, action = Action.READ) =>
  membershipOf(await identities.findByToken(TOKEN)).find(projectId, action);

describe('a token', () => {
  it('is known by GitLab, with its user and what its scopes are worth here', async () => {
    expect(await open().findByToken(TOKEN)).toMatchObject({
      name: 'dev: ci (#501)',
      kind: 'token',
      scopes: ['read_observability', 'read_api'],
    });
    expect(double.calls).toEqual(['/api/v4/personal_access_tokens/self', '/api/v4/user']);
  });

  it.each([
    [['api'], ['read_observability', 'write_observability', 'api']],
    [['read_api'], ['read_observability', 'read_api']],
    [
      ['read_api', 'write_observability'],
      ['read_observability', 'write_observability', 'read_api'],
    ],
  ])('with the scopes %s may do %s', async (scopes, expected) => {
    double.data.tokens = [row({ scopes })];
    expect((await open().findByToken(TOKEN))?.scopes).toEqual(expected);
  });

  it('is worth what the settings say', async () => {
    double.data.tokens = [row({ scopes: ['api'] })];
    const strict = open({ GITLAB_READ_SCOPES: 'read_observability', GITLAB_WRITE_SCOPES: 'api' });
    expect((await strict.findByToken(TOKEN))?.scopes).toEqual(['write_observability']);
  });

  it.each([
    ['that GitLab does not know', { secret: 'another-token-altogether' }, undefined],
    ['of OAuth', { isOauth: true }, undefined],
    ['that was revoked', { revoked: true }, /was revoked/],
    ['that has expired', { expiresAt: '2020-01-01' }, /has expired/],
    ['that is not active', { active: false }, /is not active/],
    ['of a user who is blocked', { userId: 43 }, /user who is blocked/],
    ['of a user who is deactivated', { userId: 44 }, /does not let in \(deactivated\)/],
  ])('%s is refused', async (_what, fields, message) => {
    double.data.tokens = [row(fields)];
    const answer = open().findByToken(TOKEN);
    if (message === undefined) expect(await answer).toBeUndefined();
    else
      await expect(answer).rejects.toMatchObject({
        code: 'unauthenticated',
        message: expect.stringMatching(message),
      });
  });

  it('that expires while it is remembered is refused from then on', async () => {
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    double.data.tokens = [row({ expiresAt: tomorrow })];
    aheadMs = Date.parse(tomorrow) - Date.now() - 5_000;
    const identities = open();
    expect(await identities.findByToken(TOKEN)).toBeDefined();
    aheadMs += 6_000;
    await expect(identities.findByToken(TOKEN)).rejects.toThrow(/has expired/);
  });

  it('that may not look up its projects is told so', async () => {
    double.data.tokens = [row({ scopes: ['write_observability'] })];
    await expect(open().findByToken(TOKEN)).rejects.toMatchObject({
      code: 'permission_denied',
      message: expect.stringMatching(/\[write_observability\]; it needs read_api/),
    });
  });

  it.each([
    'short',
    `eyJhbGciOiJSUzI1NiJ9.e30.c2ln`,
    'x'.repeat(600),
    'with a space in the middle',
    'with\nnewline-000000',
  ])('of a form that is none (%j) is not shown to GitLab', async (secret) => {
    expect(await open().findByToken(secret)).toBeUndefined();
    expect(double.calls).toEqual([]);
  });

  it('is in no key and no value of the store', async () => {
    const seen: unknown[] = [];
    const spied = new Proxy(kv, {
      get: (target, name, receiver) => {
        const member = Reflect.get(target, name, receiver);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => {
          seen.push(args);
          return member.apply(target, args);
        };
      },
    });
    const before = kv;
    kv = spied;
    await find(open(), 7n);
    kv = before;
    expect(seen.length).toBeGreaterThan(3);
    expect(JSON.stringify(seen)).not.toContain(TOKEN);
  });
});

describe('a project', () => {
  it('of a subgroup is found with its top-level namespace', async () => {
    expect(await find(open(), 7n)).toEqual({ path: 'acme/platform/shop', rootNamespaceId: 22n });
    expect(double.calls.slice(2)).toEqual([
      '/api/v4/projects/7/members/all/41',
      '/api/v4/projects/7',
      '/api/v4/namespaces/acme',
    ]);
  });

  it('is nobody’s by being public, missing, or of an impossible number', async () => {
    const identities = open();
    for (const id of [8n, 999n, 0n, 2n ** 64n - 1n]) expect(await find(identities, id)).toBeUndefined();
    expect(double.calls.some((path) => /\/projects\/(0|\d{17,})/.test(path))).toBe(false);
  });

  it('needs a role, which the settings name', async () => {
    double.data.tokens = [row({ userId: 42, scopes: ['api'] })];
    await expect(find(open(), 7n)).rejects.toMatchObject({
      code: 'permission_denied',
      message: 'bot: ci (#501) has the role reporter in this project; this needs developer.',
    });
    const mild = open({ GITLAB_READ_ROLE: 'reporter' });
    expect(await find(mild, 7n)).toBeDefined();
    await expect(find(mild, 7n, Action.WRITE)).rejects.toMatchObject({ code: 'permission_denied' });
  });

  it.each([
    { level: 50, expiresAt: '2020-01-01' },
    { level: 50, state: 'blocked' },
  ])('is not open to the member %o', async (member) => {
    double.data.projects = [{ id: 7, path: 'acme/shop', namespaceIds: [22], members: { 41: member } }];
    expect(await find(open(), 7n)).toBeUndefined();
  });

  it('is listed for its members', async () => {
    const membership = membershipOf(await open().findByToken(TOKEN));
    expect(await membership.list()).toEqual({ projectIds: [7n], isComplete: true });
  });

  it('is one of too many to list', async () => {
    const many = Array.from({ length: 600 }, (_, index) => index + 1);
    double.data.projects = many.map((id) => ({
      id,
      path: `acme/p${id}`,
      namespaceIds: [22],
      members: { 41: { level: 50 } },
    }));
    const { projectIds, isComplete } = await membershipOf(await open().findByToken(TOKEN)).list();
    expect([projectIds.length, isComplete]).toEqual([500, false]);
  });
});

describe('GitLab', () => {
  it('sees one call per fact from a thousand requests at once in two processes, until its life is over', async () => {
    const replicas = [open(), open()];
    const askAll = () =>
      Promise.all(
        Array.from({ length: 1_000 }, (_, index) => find(replicas[index % 2] ?? expect.unreachable(), 7n)),
      );
    const facts = [
      '/api/v4/namespaces/acme',
      '/api/v4/personal_access_tokens/self',
      '/api/v4/projects/7',
      '/api/v4/projects/7/members/all/41',
      '/api/v4/user',
    ];
    await askAll();
    expect(double.calls.toSorted()).toEqual(facts);
    aheadMs = 60_001;
    await askAll();
    expect(double.calls.slice(facts.length)).toEqual(['/api/v4/personal_access_tokens/self']);
  });

  it('is asked once about a token that it does not know', async () => {
    const identities = open();
    const ask = () => identities.findByToken('a-token-that-is-guessed');
    expect(new Set(await Promise.all(Array.from({ length: 100 }, ask)))).toEqual(new Set([undefined]));
    expect(double.calls).toHaveLength(1);
  });

  it.each([
    ['hangs', 'hang' as const, /did not answer in time/],
    ['cuts connections', 'cut' as const, /cannot be reached/],
    ['is in trouble', { status: 502, body: 'Bad Gateway' }, /in trouble/],
    ['bans this address', { status: 403, body: 'Forbidden' }, /refuses this address/],
    ['answers with a page', { status: 200, body: '<html>' }, /not JSON/],
    ['answers with something else', { status: 200, body: '{"id":1}' }, /another form/],
    ['answers without end', { status: 200, body: `"${'x'.repeat(2 ** 20)}"` }, /too large/],
    ['answers with a surprise', { status: 418, body: '{}' }, /answered 418/],
    ['sends elsewhere', { status: 302, headers: { location: 'http://127.0.0.2:1/api' } }, /another host/],
    ['sends in circles', { status: 307, headers: { location: '/api/v4/user' } }, /one place to the next/],
  ])(
    'that %s makes nobody a stranger: the answer is 503, and names no address',
    async (_what, how, message) => {
      double.misbehave(() => how);
      const error = await open()
        .findByToken(TOKEN)
        .catch((thrown) => thrown);
      expect(error).toMatchObject({ code: 'unavailable', message: expect.stringMatching(message) });
      expect(error.message).not.toMatch(/127\.0|http:/);
      expect(double.calls.length).toBeLessThanOrEqual(3);
    },
  );

  it('that fails once is asked once more', async () => {
    double.misbehave((_path, count) => (count === 1 ? { status: 503 } : undefined));
    expect(await open().findByToken(TOKEN)).toBeDefined();
  });

  it('that moves a path within itself is followed', async () => {
    double.misbehave((path) =>
      path.endsWith('/self')
        ? undefined
        : { status: 301, headers: { location: '/api/v4/personal_access_tokens/self' } },
    );
    await expect(open().findByToken(TOKEN)).rejects.toThrow(/another form/);
    expect(double.calls).toHaveLength(3);
  });

  it('that is away leaves those in whom it knew, for a bounded time', async () => {
    const identities = open({ GITLAB_STALE_FOR: '5m' });
    await find(identities, 7n);
    double.misbehave(() => 'cut');
    aheadMs = 6 * 60_000 - 1_000;
    double.calls.length = 0;
    expect(await find(identities, 7n)).toBeDefined();
    expect(await find(identities, 7n)).toBeDefined();
    // Token, member and user, place: each tried twice, then left alone.
    expect(double.calls.length).toBeLessThanOrEqual(8);
    aheadMs += 2_000;
    await expect(identities.findByToken(TOKEN)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it.each([
    [{ 'retry-after': '7', 'ratelimit-name': 'throttle_authenticated_api' }, 7_000, 1],
    [{ 'retry-after': '7', 'ratelimit-name': 'throttle_unauthenticated_api' }, 7_000, 0],
    [{}, 10_000, 1],
    [{ 'retry-after': '86400' }, 600_000, 1],
  ])('that wants to be left alone (%o) is, by all replicas', async (headers, waitMs, callsOfOthers) => {
    double.data.tokens = [row(), row({ secret: 'another-token-of-another', userId: 42 })];
    double.misbehave(() => ({ status: 429, headers, body: 'Retry later' }));
    const error = await open()
      .findByToken(TOKEN)
      .catch((thrown) => thrown);
    expect(error.code).toBe('unavailable');
    expect(error.retryAfterMs).toBeGreaterThan(waitMs - 1_000);
    expect(error.retryAfterMs).toBeLessThanOrEqual(waitMs);
    await expect(open().findByToken(TOKEN)).rejects.toThrow(/rate limit/);
    expect(double.calls).toHaveLength(1);
    await expect(open().findByToken('another-token-of-another')).rejects.toThrow(/rate limit/);
    expect(double.calls).toHaveLength(1 + callsOfOthers);
    double.misbehave(undefined);
    aheadMs = waitMs + 1;
    expect(await open().findByToken(TOKEN)).toBeDefined();
  });

  it('that let the last request through is left alone until the period ends', async () => {
    const reset = String(Math.ceil(Date.now() / 1000) + 30);
    double.misbehave(() => ({
      status: 401,
      headers: {
        'ratelimit-remaining': '0',
        'ratelimit-reset': reset,
        'ratelimit-name': 'throttle_unauthenticated_api',
      },
      body: '{"message":"401 Unauthorized"}',
    }));
    expect(await open().findByToken('a-token-that-is-guessed')).toBeUndefined();
    await expect(open().findByToken(TOKEN)).rejects.toThrow(/rate limit/);
    expect(double.calls).toHaveLength(1);
  });
});

it.each(['ftp://gitlab', 'https://user:secret@gitlab', 'https://gitlab/?x', 'gitlab'])(
  'refuses %s as the URL of GitLab',
  (url) => {
    expect(() => loadConfig(gitlabSettings, { argv: [], env: { GITLAB_URL: url } })).toThrow(/GITLAB_URL/);
  },
);
