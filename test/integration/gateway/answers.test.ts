import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemOf } from './data.js';
import { type GatewayBed, startGatewayBed } from './fixture.js';

let bed: GatewayBed;
beforeAll(async () => {
  bed = await startGatewayBed();
});
afterAll(() => bed.close());

describe('every answer', () => {
  it('has the security headers and the request id', async () => {
    const paths = [
      '/',
      '/assets/index-abc123.js',
      '/nowhere',
      '/v1/session',
      '/v3/query/7/services',
      '/openapi.json',
      '/%',
      `/${'x'.repeat(5000)}`,
    ];
    for (const path of paths) {
      const response = await bed.get(path);
      expect(response.headers.get('content-security-policy'), path).toBe(
        "default-src 'self'; frame-ancestors 'self'; object-src 'none'; base-uri 'none'",
      );
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('referrer-policy')).toBe('no-referrer');
      expect(response.headers.get('x-powered-by')).toBeNull();
      expect(response.headers.get('server')).toBeNull();
      expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
    const framed = await bed.start({ gatewayGitlabOrigins: ['https://gitlab.example.com'] });
    expect((await fetch(framed)).headers.get('content-security-policy')).toContain(
      "frame-ancestors 'self' https://gitlab.example.com;",
    );
  });

  it('echoes a sane request id and replaces any other', async () => {
    const idFor = async (id: string) =>
      (await bed.get('/nowhere', { 'x-request-id': id })).headers.get('x-request-id');
    expect(await idFor('req_1.A-9')).toBe('req_1.A-9');
    for (const id of ['<script>', 'a b', 'x'.repeat(129)]) expect(await idFor(id)).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('is compressed when it is large and the client takes gzip', async () => {
    const raw = (encoding: string) =>
      new Promise<{ encoding: string | undefined; vary: string | undefined; body: Buffer }>(
        (resolve, reject) => {
          httpRequest(`${bed.url}/openapi.json`, { headers: { 'accept-encoding': encoding } }, (response) => {
            const chunks: Buffer[] = [];
            response.on('data', (chunk) => chunks.push(chunk));
            response.on('end', () =>
              resolve({
                encoding: response.headers['content-encoding'],
                vary: response.headers.vary,
                body: Buffer.concat(chunks),
              }),
            );
          })
            .on('error', reject)
            .end();
        },
      );
    const plain = await raw('identity');
    expect(plain).toMatchObject({ encoding: undefined, vary: 'Origin, Accept-Encoding' });
    for (const encoding of ['gzip', 'br, gzip;q=0.5', '*']) {
      const compressed = await raw(encoding);
      expect(compressed).toMatchObject({ encoding: 'gzip', vary: 'Origin, Accept-Encoding' });
      expect(gunzipSync(compressed.body)).toEqual(plain.body);
    }
    for (const encoding of ['gzip;q=0', 'br', '']) expect((await raw(encoding)).encoding).toBeUndefined();
  });
});

describe('files', () => {
  const html = { accept: 'text/html,application/xhtml+xml' };

  it('are served, the hashed ones for a year', async () => {
    const script = await bed.get('/assets/index-abc123.js', {});
    expect(await script.text()).toBe('export {};');
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(script.headers.get('content-type')).toContain('javascript');
    const icon = await bed.get('/favicon.svg', {});
    expect(icon.headers.get('cache-control')).toBe('no-cache');
  });

  it('fall back to the page of the UI for browsers', async () => {
    for (const path of ['/', '/sign-in', '/projects/7/traces?period=1h', '/projects/7/traces/x.y']) {
      const page = await bed.get(path, html);
      expect(page.status).toBe(200);
      expect(await page.text()).toContain('the UI');
      expect(page.headers.get('cache-control')).toBe('no-cache');
      expect(page.headers.get('content-type')).toContain('text/html');
    }
  });

  it('end where the directory ends, and elsewhere is 404', async () => {
    for (const path of [
      '/nowhere',
      '/assets/none.js',
      '/.secret',
      '/..%2f..%2fetc%2fpasswd',
      '/assets/%2e%2e/%2e%2e/package.json',
      '/assets',
    ])
      expect((await problemOf(await bed.get(path, {}), 404)).code).toBe('not_found');
    for (const path of ['/v3/nothing', '/v1/nothing', '/query/1', '/observability/v1/nothing'])
      await problemOf(await bed.get(path, html), 404);
    const put = await fetch(`${bed.url}/v3/query/7/traces`, {
      method: 'PUT',
      headers: { 'x-requested-with': 'XMLHttpRequest' },
    });
    await problemOf(put, 404);
  });

  it('are replaced by a page that says so when the UI is not built', async () => {
    const other = await startEmpty();
    const page = await fetch(`${other}/projects/7/traces`, { headers: html });
    expect(page.status).toBe(503);
    expect(await page.text()).toContain('npm run build');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
  });

  async function startEmpty(): Promise<string> {
    const dir = mkdtempSync(join(tmpdir(), 'gob-no-ui-'));
    const url = await bed.start({ gatewayUiDir: dir });
    rmSync(dir, { recursive: true });
    return url;
  }
});
