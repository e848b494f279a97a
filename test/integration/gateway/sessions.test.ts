import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JSON_HEADERS, problemOf } from './data.js';
import { type GatewayBed, startGatewayBed } from './fixture.js';

let bed: GatewayBed;
beforeAll(async () => {
  bed = await startGatewayBed();
});
afterAll(() => bed.close());

describe('sessions', () => {
  const post = (path: string, body: unknown, headers: Record<string, string> = JSON_HEADERS) =>
    fetch(bed.url + path, {
      method: 'POST',
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });

  it('begin with a link or a password, and end', async () => {
    for (const body of [{ token: 'one-time' }, { username: 'dev', password: 'secret' }]) {
      const response = await post('/v1/auth/sign-in', body);
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({ username: 'dev', expires_at: expect.stringMatching(/Z$/) });
      const [cookie] = response.headers.getSetCookie();
      // For as long as the gatekeeper says that the session lasts at the most.
      expect(cookie).toMatch(
        /^gob_session=session-of-shop-read; Max-Age=(59|60); Path=\/; HttpOnly; SameSite=Lax$/,
      );
    }
    const headers = { cookie: 'gob_session=session-of-shop-read' };
    const session = await bed.get('/v1/session', headers);
    expect(await session.json()).toEqual({ username: 'shop-read', projects: [{ id: 7, path: 'acme/7' }] });
    const out = await fetch(`${bed.url}/v1/auth/sign-out`, {
      method: 'POST',
      headers: { ...headers, 'x-requested-with': 'XMLHttpRequest' },
    });
    expect(out.status).toBe(204);
    expect(out.headers.getSetCookie()[0]).toMatch(/^gob_session=; .*Expires=Thu, 01 Jan 1970/);
    expect(bed.signedOut).toEqual(['session-of-shop-read']);
    expect((await post('/v1/auth/sign-out', {})).status).toBe(204);
  });

  it('are new with every sign-in, and end the one that the browser had', async () => {
    bed.signedOut.length = 0;
    const headers = { ...JSON_HEADERS, cookie: 'gob_session=planted-by-somebody' };
    const response = await post('/v1/auth/sign-in', { token: 'one-time' }, headers);
    expect(response.headers.getSetCookie()[0]).toMatch(/^gob_session=session-of-shop-read;/);
    expect(bed.signedOut).toEqual(['planted-by-somebody']);
    await problemOf(await post('/v1/auth/sign-in', { token: 'used' }, headers), 401);
    expect(bed.signedOut).toEqual(['planted-by-somebody']);
  });

  it('have a cookie for frames on other sites where that is wanted', async () => {
    const url = await bed.start({
      gatewayPublicUrl: 'https://observe.example.com',
      gatewaySessionSameSite: 'none',
      gatewaySessionPartitioned: true,
    });
    const signedIn = await fetch(`${url}/v1/auth/sign-in`, {
      method: 'POST',
      headers: JSON_HEADERS,
      body: '{"token":"one-time"}',
    });
    expect(signedIn.headers.getSetCookie()[0]).toMatch(
      /; Path=\/; HttpOnly; Secure; Partitioned; SameSite=None$/,
    );
    await expect(bed.start({ gatewaySessionSameSite: 'none' })).rejects.toThrowError(
      /needs GATEWAY_PUBLIC_URL/,
    );
  });

  it('are no way for pages of other sites to do anything on any route', async () => {
    const unsafe = bed.routes.filter(({ method }) => !['GET', 'HEAD', 'OPTIONS'].includes(method));
    const named = unsafe.map(({ method, url }) => `${method} ${url}`);
    for (const one of [
      'POST /v1/auth/sign-out',
      'PUT /v3/tenant/:project_id',
      'PUT /v3/admin/tenants/:tenant_id',
    ])
      expect(named).toContain(one);
    for (const { method, url } of unsafe) {
      const send = (headers: Record<string, string>) =>
        fetch(bed.url + url.replaceAll(/:\w+/g, '7'), {
          method,
          headers: { cookie: 'gob_session=session-of-shop-read', ...headers },
          body: '{}',
        });
      const form = { 'content-type': 'text/plain', origin: 'https://evil.example' };
      for (const headers of [{}, form, { ...form, 'x-requested-with': 'XMLHttpRequest' }]) {
        const answer = await problemOf(await send(headers), 403);
        expect(answer.field, `${method} ${url}`).toMatch(/^(X-Requested-With|Origin)$/);
      }
    }
  });

  it('have a Secure cookie behind https', async () => {
    const url = await bed.start({ gatewayPublicUrl: 'https://observe.example.com' });
    const signIn = (origin: string) =>
      fetch(`${url}/v1/auth/sign-in`, {
        method: 'POST',
        headers: { ...JSON_HEADERS, origin },
        body: '{"token":"one-time"}',
      });
    expect((await signIn('https://observe.example.com')).headers.getSetCookie()[0]).toContain('; Secure');
    expect((await signIn(url)).status).toBe(403);
  });

  it('are refused with a reason', async () => {
    await problemOf(await post('/v1/auth/sign-in', { token: 'used' }), 401);
    const often = await post('/v1/auth/sign-in', { token: 'too-often' });
    expect(often.headers.get('retry-after')).toBe('3');
    expect(await problemOf(often, 429)).toMatchObject({ code: 'rate_limited' });
    for (const body of [
      {},
      { token: '' },
      { token: 1 },
      { username: 'dev' },
      { token: 'a', username: 'b' },
      [],
      null,
      'x',
    ])
      expect(await problemOf(await post('/v1/auth/sign-in', body), 400)).toMatchObject({
        code: 'invalid_argument',
      });
    const send = (body: string, contentType: string) =>
      fetch(`${bed.url}/v1/auth/sign-in`, {
        method: 'POST',
        headers: { 'x-requested-with': 'x', 'content-type': contentType },
        body,
      });
    await problemOf(await send('{', 'application/json'), 400);
    await problemOf(await send('{"__proto__":{}}', 'application/json'), 400);
    await problemOf(await send('token=one-time', 'application/x-www-form-urlencoded'), 415);
    const large = await problemOf(
      await send(JSON.stringify({ token: 'x'.repeat(70_000) }), 'application/json'),
      413,
    );
    expect(large.code).toBe('payload_too_large');
  });

  it('cannot be begun or ended by pages of other sites', async () => {
    const gitlab = 'https://gitlab.example.com';
    const withGitlab = await bed.start({ gatewayGitlabOrigins: [gitlab] });
    const tryIt = async (url: string, headers: Record<string, string>) => {
      const all = { 'content-type': 'application/json', ...headers };
      const responses = await Promise.all([
        fetch(`${url}/v1/auth/sign-in`, { method: 'POST', headers: all, body: '{"token":"one-time"}' }),
        fetch(`${url}/v1/auth/sign-out`, { method: 'POST', headers: all, body: '{}' }),
      ]);
      for (const response of responses)
        if (response.status === 403) expect(response.headers.getSetCookie()).toEqual([]);
      return responses.map((response) => response.status);
    };
    const marker = { 'x-requested-with': 'XMLHttpRequest' };
    expect(await tryIt(bed.url, {})).toEqual([403, 403]);
    expect(await tryIt(bed.url, { origin: bed.url })).toEqual([403, 403]);
    for (const origin of ['https://evil.example', 'null', `${bed.url}.evil.example`, gitlab])
      expect(await tryIt(bed.url, { ...marker, origin })).toEqual([403, 403]);
    expect(await tryIt(bed.url, { ...marker, origin: bed.url })).toEqual([200, 204]);
    expect(await tryIt(withGitlab, { ...marker, origin: gitlab })).toEqual([200, 204]);
  });
});
