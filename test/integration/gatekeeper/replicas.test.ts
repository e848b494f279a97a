import { afterAll, beforeAll, expect, it } from 'vitest';
import { BrowserSignInService } from '../../../gen/es/gob/gatekeeper/v1/browser_pb.js';
import { Action, GatekeeperService } from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { fromConnectError } from '../../../lib/errors/connect.js';
import { createRpcClient } from '../../../lib/rpc/client.js';
import { hashPassword } from '../../../services/gatekeeper/identity/password.js';
import { CookieBrowser } from '../../_util/cookie-browser.js';
import { type GitlabDouble, startGitlabDouble } from '../../_util/gitlab-double.js';
import { CLIENT, type GitlabOauthPages, mountOauth } from '../../_util/gitlab-oauth.js';
import { missingRedis, type RedisServer, startRedis } from '../../_util/redis-server.js';
import { describeWithTool } from '../../_util/required-tool.js';
import { identitiesWith, type LimitsBed, startLimitsBed } from './limits.bed.js';

const CALLBACK = 'http://observe.example.com/v1/auth/callback';
const TOKEN = 'glpat-of-a-developer-0001';
const PASSWORD = 'correct horse battery';
const closers: (() => unknown)[] = [];
let redis: RedisServer;
let gitlab: GitlabDouble;
let pages: GitlabOauthPages;
let bed: LimitsBed;
let replicas: ReturnType<typeof clientsOf>[];

function clientsOf(url: string) {
  const [gatekeeper, browsers] = [
    createRpcClient(GatekeeperService, { url, timeoutMs: 20_000 }),
    createRpcClient(BrowserSignInService, { url, timeoutMs: 20_000 }),
  ];
  closers.push(
    () => gatekeeper.close(),
    () => browsers.close(),
  );
  return { gatekeeper: gatekeeper.calls, browsers: browsers.calls };
}

const replica = (number: number) => replicas[number % replicas.length] ?? expect.unreachable();
const sessionOf = (value: string) => ({ credential: { form: { case: 'sessionId' as const, value } } });
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'granted',
    (error) => fromConnectError(error).code,
  );

/** Through GitLab's pages, begun at one replica and ended at the other. */
async function signInAtGitlab(): Promise<string> {
  const { authorizationUrl, binding } = await replica(0).browsers.startSignIn({
    clientAddress: '203.0.113.9',
  });
  const isCallback = (place: string) => place.startsWith(CALLBACK);
  const { url } = await new CookieBrowser().open(authorizationUrl, isCallback);
  const query = new URL(url).search.slice(1);
  return (await replica(1).browsers.completeSignIn({ query, binding, clientAddress: '203.0.113.9' }))
    .sessionId;
}

describeWithTool(missingRedis, 'Two gatekeepers over one Redis', () => {
  beforeAll(async () => {
    redis = await startRedis();
    gitlab = await startGitlabDouble({
      users: [{ id: 41, username: 'dev' }],
      tokens: [
        { secret: TOKEN, id: 501, name: 'ci', userId: 41, scopes: ['read_api', 'read_observability'] },
      ],
      projects: [{ id: 7, path: 'acme/shop', namespaceIds: [22], members: { 41: { level: 30 } } }],
    });
    pages = mountOauth(gitlab, CALLBACK);
    const kv = redis.open();
    bed = await startLimitsBed({
      receivers: 0,
      kv,
      gatekeeper: {
        gitlabUrl: gitlab.url,
        gitlabOauthClientId: CLIENT.id,
        gitlabOauthClientSecret: CLIENT.secret,
        gitlabOauthRedirectUrl: CALLBACK,
      },
    });
    const password_scrypt = await hashPassword(PASSWORD);
    bed.writeIdentities({
      ...identitiesWith(),
      users: [{ username: 'dev', password_scrypt, tenant: 22, role: 'developer' }],
    });
    const second = await bed.startReplica(redis.open());
    replicas = [clientsOf(bed.gatekeeper.url), clientsOf(second.url)];
    closers.push(
      () => redis.close(),
      () => gitlab.close(),
      () => bed.close(),
    );
  }, 120_000);
  afterAll(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  it('share sessions of GitLab; who signs out at one is signed out at the other', async () => {
    const sessionId = await signInAtGitlab();
    for (const number of [0, 1])
      expect((await replica(number).gatekeeper.getSession(sessionOf(sessionId))).username).toBe('dev');
    await replica(0).gatekeeper.signOut({ sessionId });
    for (const number of [0, 1])
      expect(await codeOf(replica(number).gatekeeper.getSession(sessionOf(sessionId)))).toBe(
        'unauthenticated',
      );
  });

  it('refresh the tokens of a session once, whichever of them needs it', async () => {
    pages.lifeSeconds = 30;
    const sessionId = await signInAtGitlab();
    pages.lifeSeconds = 7_200;
    const refreshes = () => gitlab.calls.filter((path) => path === '/oauth/token').length;
    const before = refreshes();
    const answers = Array.from({ length: 50 }, (_, number) =>
      codeOf(replica(number).gatekeeper.getSession(sessionOf(sessionId))),
    );
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['granted']));
    expect(refreshes()).toBe(before + 1);
  });

  it('ask GitLab each question once for a thousand requests at once', async () => {
    gitlab.calls.length = 0;
    const requests = Array.from({ length: 1_000 }, (_, number) =>
      codeOf(
        replica(number).gatekeeper.authorize({
          credential: { form: { case: 'token', value: TOKEN } },
          action: Action.READ,
          projectId: 7n,
          audience: 'query',
          clientAddress: '203.0.113.9',
        }),
      ),
    );
    expect(new Set(await Promise.all(requests))).toEqual(new Set(['granted']));
    expect(gitlab.calls).toContain('/api/v4/personal_access_tokens/self');
    expect([...new Set(gitlab.calls)].sort()).toEqual([...gitlab.calls].sort());
    expect(gitlab.violations).toEqual([]);
  });

  it('share sessions by password, and count wrong ones together', async () => {
    const signIn = (number: number, password: string, clientAddress = '203.0.113.7') =>
      replica(number).gatekeeper.signIn({
        method: { case: 'password', value: { username: 'dev', password } },
        clientAddress,
      });
    const { sessionId } = await signIn(0, PASSWORD);
    expect((await replica(1).gatekeeper.getSession(sessionOf(sessionId))).username).toBe('dev');
    await replica(1).gatekeeper.signOut({ sessionId });
    expect(await codeOf(replica(0).gatekeeper.getSession(sessionOf(sessionId)))).toBe('unauthenticated');
    const codes: string[] = [];
    for (let number = 0; number < 11; number++) codes.push(await codeOf(signIn(number, 'wrong')));
    expect(codes).toEqual([...Array(10).fill('unauthenticated'), 'rate_limited']);
    expect(await codeOf(signIn(0, PASSWORD, '198.51.100.7'))).toBe('granted');
    const rows = bed.audit.filter(({ event, address }) => event === 'sign_in' && address === '203.0.113.7');
    expect(rows).toContainEqual(expect.objectContaining({ outcome: 'granted', principal: 'dev' }));
    expect(rows).toContainEqual(expect.objectContaining({ outcome: 'refused', code: 'unauthenticated' }));
  });
});
