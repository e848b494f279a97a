import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { CHROMIUM, CHROMIUM_FLAGS, missingChromium } from '../_util/chromium.js';
import { type Mesh, startMesh } from '../_util/mesh.js';
import { sendWithJsSdk } from '../_util/otlp-clients.js';
import { describeWithTool } from '../_util/required-tool.js';

describeWithTool(missingChromium(), 'a developer with a browser', () => {
  let mesh: Mesh;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    [mesh, browser] = await Promise.all([
      startMesh(),
      chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS }),
    ]);
  });
  afterAll(async () => {
    await browser.close();
    expect(await mesh.stop()).toBe(0);
  });
  beforeEach(async () => {
    page = await (await browser.newContext()).newPage();
    page.on('pageerror', (error) => faults.push(error.message));
    page.on(
      'console',
      (message) =>
        message.type() === 'error' &&
        /Content Security Policy/.test(message.text()) &&
        faults.push(message.text()),
    );
  });
  afterEach(async () => {
    await page.context().close();
    expect(faults.splice(0)).toEqual([]);
  });

  it('signs in by the printed link, sees a trace appear, and opens its waterfall', async () => {
    await page.goto(mesh.signInUrl);
    await page.getByTestId('empty-state').waitFor();
    expect(page.url()).not.toContain('token');
    const report = await sendWithJsSdk({
      OTEL_EXPORTER_OTLP_ENDPOINT: mesh.otlpHttpUrl,
      OTEL_EXPORTER_OTLP_HEADERS: `Authorization=Bearer%20${mesh.ingestToken}`,
      OTEL_SERVICE_NAME: 'browser-shop',
    });
    const row = page.getByTestId('trace-row').filter({ hasText: 'browser-shop' });
    await row.getByTestId('trace-link').click();
    await page.getByTestId('waterfall').waitFor();
    await expect.poll(() => page.getByTestId('span-row').count()).toBe(report.spans.length);
    await page.getByTestId('span-row').filter({ hasText: 'charge card' }).click();
    const drawer = page.getByTestId('span-drawer');
    await drawer.getByText('card declined').first().waitFor();
    expect(await drawer.textContent()).toContain('RangeError');
  });

  it('cannot use the printed link twice, and signs in by name and password instead', async () => {
    await page.goto(mesh.signInUrl);
    await page.getByTestId('sign-in-form').waitFor();
    const [, username, password] = /user (\S+), password (\S+)\)/.exec(mesh.stdout()) ?? [];
    await page.locator('input[autocomplete=username]').fill(username ?? '');
    await page.locator('input[type=password]').fill(password ?? '');
    await page.keyboard.press('Enter');
    await page.getByTestId('trace-row').first().waitFor();
  });

  it('is sent to sign in when nobody is signed in', async () => {
    await page.goto(`${mesh.uiUrl}/projects/1/traces`);
    await page.getByTestId('sign-in-form').waitFor();
  });
});
