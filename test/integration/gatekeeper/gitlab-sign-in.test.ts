import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { gatewaySettings } from '../../../gateway/config.js';
import { startGateway } from '../../../gateway/service.js';
import { loadConfig } from '../../../lib/config/load.js';
import { MemoryKv } from '../../../lib/kv/memory-kv.js';
import { CookieBrowser } from '../../_util/cookie-browser.js';
import { freePort } from '../../_util/free-port.js';
import { type GitlabDouble, startGitlabDouble } from '../../_util/gitlab-double.js';
import { CLIENT, type GitlabOauthPages, mountOauth } from '../../_util/gitlab-oauth.js';
import { testServiceContext } from '../../_util/service-context.js';
import { type LimitsBed, startLimitsBed } from './limits.bed.js';

const GITLAB_ORIGIN = 'https://gitlab.example.com';
const closers: (() => unknown)[] = [];
/** Everything that was written into the store. */
const stored: unknown[] = [];
let gitlab: GitlabDouble;
let pages: GitlabOauthPages;
let bed: LimitsBed;
let url: string;

/** A store that remembers what it was given. */
function watchedKv(): MemoryKv {
  return new Proxy(new MemoryKv(), {
    get: (target, name) => {
      const member = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        stored.push(args);
        return member.apply(target, args);
      };
    },
  });
}

beforeAll(async () => {
  gitlab = await startGitlabDouble({
    users: [
      { id: 41, username: 'dev' },
      { id: 43, username: 'old', state: 'blocked' },
    ],
    tokens: [],
    projects: [{ id: 7, path: 'acme/shop', namespaceIds: [22], members: { 41: { level: 30 } } }],
  });
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  pages = mountOauth(gitlab, `${url}/v1/auth/callback`);
  bed = await startLimitsBed({
    receivers: 0,
    kv: watchedKv(),
    gatekeeper: {
      gitlabUrl: gitlab.url,
      gitlabOauthClientId: CLIENT.id,
      gitlabOauthClientSecret: CLIENT.secret,
      gitlabOauthRedirectUrl: `${url}/v1/auth/callback`,
    },
  });
  const gateway = await startGateway(
    {
      ...loadConfig(gatewaySettings, { argv: [], env: {} }),
      gatewayAddress: { host: '127.0.0.1', port },
      gatekeeperUrl: bed.gatekeeper.url,
      gatewayGitlabOrigins: [GITLAB_ORIGIN],
    },
    testServiceContext(),
  );
  closers.push(
    gitlab.close,
    () => bed.close(),
    () => gateway.close(),
  );
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

let browser: CookieBrowser;
beforeEach(() => {
  browser = new CookieBrowser();
  pages.userId = 41;
  pages.lifeSeconds = 7_200;
});

const signIn = () => browser.open(`${url}/v1/auth/start`);
const isCallback = (place: string) => place.startsWith(`${url}/v1/auth/callback`);
const session = () => browser.get(`${url}/v1/session`);
/** What the page tells the page around it, and whom. */
async function completionOf(response: Response) {
  const page = await response.text();
  const read = (name: string) =>
    JSON.parse(
      (new RegExp(`data-${name}="([^"]*)"`).exec(page)?.[1] ?? '')
        .replaceAll('&quot;', '"')
        .replaceAll('&amp;', '&'),
    );
  return { completion: read('completion'), origins: read('origins'), page };
}
async function expectFailure(response: Response, statusCode: number, message: RegExp) {
  expect(response.status).toBe(statusCode);
  expect((await completionOf(response)).completion).toEqual({
    type: 'AUTH_COMPLETION',
    status: 'error',
    statusCode,
    message: expect.stringMatching(message),
  });
  expect(browser.cookies.has('gob_session')).toBe(false);
}

describe('signing in at GitLab', () => {
  it('gives the browser a session and tells the page around the frame, and no other', async () => {
    const { response } = await signIn();
    expect(response.status).toBe(200);
    const { completion, origins, page } = await completionOf(response);
    expect(completion).toEqual({ type: 'AUTH_COMPLETION', status: 'success' });
    expect(origins).toEqual([GITLAB_ORIGIN]);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain(`frame-ancestors 'self' ${GITLAB_ORIGIN};`);
    expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-/);
    expect(response.headers.get('x-frame-options')).toBeNull();
    expect(response.headers.get('cache-control')).toBe('private, no-store');
    const cookie = response.headers.getSetCookie().find((text) => text.startsWith('gob_session='));
    expect(cookie).toMatch(/; HttpOnly; SameSite=Lax/);
    expect(page).not.toContain(browser.cookies.get('gob_session'));
    expect(await (await session()).json()).toEqual({
      username: 'dev',
      projects: [{ id: 7, path: 'acme/shop' }],
    });
    expect(gitlab.violations).toEqual([]);
  });

  it('asks for a code with PKCE and for reading only', async () => {
    const { url: place } = await browser.open(`${url}/v1/auth/start`, (next) => next.startsWith(gitlab.url));
    const { searchParams } = new URL(place);
    expect(Object.fromEntries(searchParams)).toMatchObject({
      client_id: CLIENT.id,
      redirect_uri: `${url}/v1/auth/callback`,
      response_type: 'code',
      scope: 'read_api',
      code_challenge_method: 'S256',
    });
    expect(searchParams.get('state')?.length).toBeGreaterThan(20);
  });

  it('keeps no secret in the store', async () => {
    await signIn();
    await session();
    const text = JSON.stringify(stored);
    const tokens = gitlab.data.tokens.map(({ secret }) => secret);
    expect(tokens.length).toBeGreaterThan(0);
    for (const secret of [...tokens, browser.cookies.get('gob_session') ?? '', CLIENT.secret])
      expect(text).not.toContain(secret);
  });

  it('gives a new session each time and ends the one before it', async () => {
    await signIn();
    const before = browser.cookies.get('gob_session') ?? '';
    await signIn();
    expect(browser.cookies.get('gob_session')).not.toBe(before);
    expect((await session()).status).toBe(200);
    const old = await fetch(`${url}/v1/session`, { headers: { cookie: `gob_session=${before}` } });
    expect(old.status).toBe(401);
  });

  it('is of no use in another browser, or a second time', async () => {
    const { url: callback } = await browser.open(`${url}/v1/auth/start`, isCallback);
    const victim = new CookieBrowser();
    const planted = await victim.get(callback);
    expect(planted.status).toBe(401);
    expect((await completionOf(planted)).completion.message).toMatch(/another browser/);
    expect(victim.cookies.has('gob_session')).toBe(false);
    await expectFailure(await browser.get(callback), 401, /completed before/);
  });

  it('tells the page around it when it fails', async () => {
    await expectFailure(
      await browser.get(`${url}/v1/auth/callback`),
      401,
      /completed before, or took too long/,
    );
    await expectFailure(
      await browser.get(`${url}/v1/auth/callback?code=x&state=invented`),
      401,
      /completed before/,
    );
    pages.userId = undefined;
    const { response } = await signIn();
    await expectFailure(response, 401, /access was denied/);
    pages.userId = 43;
    browser = new CookieBrowser();
    await expectFailure((await signIn()).response, 401, /does not let this user in \(blocked\)/);
  });

  it('shows nothing that a link says', async () => {
    const query = `error=${encodeURIComponent('"><script>alert(1)</script>')}&error_description=<script>&state=x`;
    const { page } = await completionOf(await browser.get(`${url}/v1/auth/callback?${query}`));
    expect(page).not.toContain('alert');
    expect(page.match(/<script/g)).toHaveLength(1);
  });
});

describe('a session of GitLab', () => {
  const refreshes = () => gitlab.calls.filter((path) => path === '/oauth/token').length;

  it('is refreshed once, however many requests need it', async () => {
    pages.lifeSeconds = 30;
    await signIn();
    pages.lifeSeconds = 7_200;
    const before = refreshes();
    const answers = await Promise.all(Array.from({ length: 50 }, session));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(refreshes()).toBe(before + 1);
  });

  it('ends when GitLab refuses to refresh it', async () => {
    pages.lifeSeconds = 30;
    await signIn();
    gitlab.mount(wrapPages((path) => path === '/oauth/token'));
    expect((await session()).status).toBe(401);
    gitlab.mount(wrapPages(() => false));
    expect((await session()).status).toBe(401);
  });

  it('ends with signing out, in GitLab as well', async () => {
    await signIn();
    const cookie = `gob_session=${browser.cookies.get('gob_session')}`;
    gitlab.calls.length = 0;
    const out = await fetch(`${url}/v1/auth/sign-out`, {
      method: 'POST',
      headers: { cookie, 'x-requested-with': 'XMLHttpRequest' },
    });
    expect(out.status).toBe(204);
    expect(gitlab.calls.filter((path) => path === '/oauth/revoke')).toHaveLength(2);
    expect((await session()).status).toBe(401);
  });
});

/** GitLab's OAuth that refuses some requests. */
let original: Parameters<GitlabDouble['mount']>[0];
function wrapPages(refuses: (path: string) => boolean): Parameters<GitlabDouble['mount']>[0] {
  original ??= gitlab.pages ?? expect.unreachable();
  return (request, response) => {
    if (!refuses(request.url ?? '')) return original(request, response);
    return response
      .writeHead(400, { 'content-type': 'application/json' })
      .end('{"error":"invalid_grant","error_description":"The refresh token is revoked."}');
  };
}
