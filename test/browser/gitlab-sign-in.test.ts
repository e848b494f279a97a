import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener, request } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { gatewaySettings } from '../../gateway/config.js';
import { startGateway } from '../../gateway/service.js';
import { loadConfig } from '../../lib/config/load.js';
import { CHROMIUM, CHROMIUM_FLAGS, missingChromium } from '../_util/chromium.js';
import { freePort } from '../_util/free-port.js';
import { type GitlabDouble, startGitlabDouble } from '../_util/gitlab-double.js';
import { CLIENT, type GitlabOauthPages, mountOauth } from '../_util/gitlab-oauth.js';
import { describeWithTool } from '../_util/required-tool.js';
import { ANY_PORT, testServiceContext } from '../_util/service-context.js';
import { missingOpenssl, TestCa } from '../_util/test-ca.js';
import { type LimitsBed, startLimitsBed } from '../integration/gatekeeper/limits.bed.js';

/** Another site than GitLab's, so that its cookies are those of a third party in GitLab's pages. */
const HOST = 'observe.example.net';
const PAGE = '/acme/shop/-/tracing';
const closers: (() => unknown)[] = [];
let gitlab: GitlabDouble;
let pages: GitlabOauthPages;
let bed: LimitsBed;
let browser: Browser;
let page: Page;
/** Where browsers reach the gateway. */
let publicUrl: string;
/** A page like GitLab's on another site, which nobody allowed. */
let strangerUrl: string;

/** What GitLab's page does: an invisible frame, and an ear for what it says. */
const pageWithFrame = (frameUrl: string) => `<!doctype html><title>Tracing</title><script>
window.heard = [];
addEventListener('message', ({ origin, data }) => heard.push({ origin, data }));
</script><iframe hidden sandbox="allow-same-origin allow-forms allow-scripts" src="${frameUrl}"></iframe>`;

async function serve(listener: RequestListener): Promise<number> {
  const server = createHttpServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  closers.push(() => server.close().closeAllConnections());
  return (server.address() as AddressInfo).port;
}

/** TLS in front of the gateway, as a proxy does it. */
async function serveTls(port: number, target: string): Promise<void> {
  const ca = new TestCa();
  const { certFile, keyFile } = ca.issue({ subjectAltName: `DNS:${HOST}` });
  const files = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
  const server = createHttpsServer(files, (incoming, outgoing) => {
    const { method, headers, url = '/', socket } = incoming;
    const forwarded = { ...headers, 'x-forwarded-for': socket.remoteAddress ?? '' };
    const passed = request(new URL(url, target), { method, headers: forwarded }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(passed);
  }).listen(port, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  closers.push(
    () => ca.remove(),
    () => server.close().closeAllConnections(),
  );
}

const heardBy = (where: Page) => where.evaluate<{ origin: string; data: unknown }[]>('window.heard');
const heardSomething = (where: Page) =>
  expect
    .poll(() => heardBy(where), { timeout: 20_000 })
    .toHaveLength(1)
    .then(() => heardBy(where));
const session = (where: Page, init = '{}') =>
  where.evaluate<{ status: number; body: unknown }>(
    `fetch('${publicUrl}/v1/session', { credentials: 'include', ...${init} }).then(async (response) =>
      ({ status: response.status, body: await response.json() }))`,
  );

describeWithTool(
  missingChromium() ?? missingOpenssl(),
  "a browser that signs in through GitLab's page",
  () => {
    beforeAll(async () => {
      const port = await freePort();
      publicUrl = `https://${HOST}:${port}`;
      gitlab = await startGitlabDouble({
        users: [{ id: 41, username: 'dev' }],
        tokens: [],
        projects: [{ id: 7, path: 'acme/shop', namespaceIds: [22], members: { 41: { level: 30 } } }],
      });
      pages = mountOauth(gitlab, `${publicUrl}/v1/auth/callback`);
      const oauth = gitlab.pages ?? expect.unreachable();
      gitlab.mount((incoming, outgoing) =>
        incoming.url === PAGE
          ? outgoing
              .writeHead(200, { 'content-type': 'text/html' })
              .end(pageWithFrame(`${publicUrl}/v1/auth/start`))
          : oauth(incoming, outgoing),
      );
      strangerUrl = `http://localhost:${await serve((_incoming, outgoing) => {
        // The page that ends every sign-in, also those that failed.
        outgoing
          .writeHead(200, { 'content-type': 'text/html' })
          .end(pageWithFrame(`${publicUrl}/v1/auth/callback?state=none`));
      })}`;
      bed = await startLimitsBed({
        receivers: 0,
        gatekeeper: {
          gitlabUrl: gitlab.url,
          gitlabOauthClientId: CLIENT.id,
          gitlabOauthClientSecret: CLIENT.secret,
          gitlabOauthRedirectUrl: `${publicUrl}/v1/auth/callback`,
        },
      });
      const gateway = await startGateway(
        {
          ...loadConfig(gatewaySettings, { argv: [], env: {} }),
          gatewayAddress: ANY_PORT,
          gatekeeperUrl: bed.gatekeeper.url,
          gatewayPublicUrl: publicUrl,
          gatewayGitlabOrigins: [gitlab.url],
          gatewaySessionSameSite: 'none',
          gatewaySessionPartitioned: true,
          trustedProxies: ['127.0.0.1'],
        },
        testServiceContext(),
      );
      await serveTls(port, gateway.url);
      browser = await chromium.launch({
        executablePath: CHROMIUM,
        args: [
          ...CHROMIUM_FLAGS,
          '--ignore-certificate-errors',
          `--host-resolver-rules=MAP ${HOST} 127.0.0.1`,
          // As browsers do that keep no cookies of third parties but partitioned ones.
          '--test-third-party-cookie-phaseout',
        ],
      });
      closers.push(
        () => gitlab.close(),
        () => bed.close(),
        () => gateway.close(),
        () => browser.close(),
      );
    }, 120_000);
    afterAll(async () => {
      for (const close of closers.reverse()) await close();
    });
    beforeEach(async () => {
      pages.userId = 41;
      page = await (await browser.newContext()).newPage();
    });
    afterEach(() => page.context().close());

    it('is told by the frame, has a session for that page and nowhere else, and ends it', async () => {
      await page.goto(gitlab.url + PAGE);
      expect(await heardSomething(page)).toEqual([
        { origin: publicUrl, data: { type: 'AUTH_COMPLETION', status: 'success' } },
      ]);
      expect(await session(page)).toMatchObject({ status: 200, body: { username: 'dev' } });
      const cookies = await page.context().cookies(publicUrl);
      expect(cookies.map(({ name }) => name)).toEqual(['gob_session']);
      expect(cookies[0]).toMatchObject({ httpOnly: true, secure: true, sameSite: 'None', path: '/' });
      expect(cookies[0]?.partitionKey).toBeTruthy();
      const days = ((cookies[0]?.expires ?? 0) - Date.now() / 1000) / 86_400;
      expect(days).toBeGreaterThan(29.9);
      expect(days).toBeLessThan(30.1);
      // Opened by itself it is another partition: nobody is signed in there.
      const alone = await page.context().newPage();
      await alone.goto(`${publicUrl}/openapi.json`);
      expect((await session(alone)).status).toBe(401);
      const ended = await page.evaluate<number>(
        `fetch('${publicUrl}/v1/auth/sign-out', { method: 'POST', credentials: 'include',
        headers: { 'X-Requested-With': 'XMLHttpRequest' } }).then(({ status }) => status, () => 0)`,
      );
      expect(ended).toBe(204);
      expect((await session(page)).status).toBe(401);
    });

    it('is told by the frame when GitLab says no', async () => {
      pages.userId = undefined;
      await page.goto(gitlab.url + PAGE);
      expect(await heardSomething(page)).toEqual([
        {
          origin: publicUrl,
          data: {
            type: 'AUTH_COMPLETION',
            status: 'error',
            statusCode: 401,
            message: expect.stringMatching(/access was denied/),
          },
        },
      ]);
      expect((await session(page)).status).toBe(401);
    });

    it('says nothing to a page of another origin, and lets it read nothing', async () => {
      const isBlocked = (text: string) => /frame-ancestors/.test(text);
      await Promise.all([
        page.waitForEvent('console', (message) => isBlocked(message.text())),
        page.goto(strangerUrl),
      ]);
      expect(await heardBy(page)).toEqual([]);
      expect(await session(page).catch((error) => String(error))).toMatch(/Failed to fetch/);
    });

    it('is signed in as well when it opens the page by itself, and gets to the UI', async () => {
      await page.goto(`${publicUrl}/v1/auth/start`);
      await page.waitForURL(`${publicUrl}/`);
      expect(await session(page)).toMatchObject({ status: 200, body: { username: 'dev' } });
      const signedIn = bed.audit.filter(({ event, via }) => event === 'sign_in' && via === 'gitlab');
      expect(signedIn).toContainEqual(expect.objectContaining({ principal: 'dev', address: '127.0.0.1' }));
    });
  },
);
