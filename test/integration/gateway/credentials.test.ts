import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QUERY_ROUTES, STREAM_ROUTES } from '../../../gateway/rest/app.js';
import { QUERY_BASES } from '../../../gateway/rest/bases.js';
import { DASHED, insertGatewaySpans, OF_TENANT_QUOTA, problemOf } from './data.js';
import { type GatewayBed, startGatewayBed } from './fixture.js';

let bed: GatewayBed;
beforeAll(async () => {
  bed = await startGatewayBed();
  await insertGatewaySpans(bed.query);
});
afterAll(() => bed.close());

describe('credentials', () => {
  const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` });

  it('are taken in each form', async () => {
    const forms: [Record<string, string>, object][] = [
      [{ 'private-token': 'shop-read' }, { case: 'token', value: 'shop-read' }],
      [{ authorization: 'Bearer shop-read' }, { case: 'token', value: 'shop-read' }],
      [{ authorization: 'bearer  shop-read' }, { case: 'token', value: 'shop-read' }],
      [{ authorization: 'Bearer%20shop-read' }, { case: 'token', value: 'shop-read' }],
      [basic('anybody:shop-read'), { case: 'token', value: 'shop-read' }],
      [
        { authorization: basic('a:shop-read').authorization.replace(' ', '%20').replaceAll('=', '%3D') },
        { case: 'token', value: 'shop-read' },
      ],
      [
        { cookie: 'a=b; gob_session=session-of-shop-read' },
        { case: 'sessionId', value: 'session-of-shop-read' },
      ],
    ];
    for (const [headers, form] of forms) {
      expect((await bed.get('/v3/query/7/services', headers)).status).toBe(200);
      expect(bed.asked.at(-1)?.credential?.form).toEqual(form);
    }
  });

  it('come with the address of the client, which only a trusted proxy can say', async () => {
    const trusting = await bed.start({ trustedProxies: ['127.0.0.0/8'] });
    const addressOf = async (url: string, forwarded: string) => {
      const headers = { 'private-token': 'shop-read', 'x-forwarded-for': forwarded };
      await fetch(`${url}/v3/query/7/services`, { headers });
      return bed.asked.at(-1)?.clientAddress;
    };
    expect(await addressOf(bed.url, '203.0.113.9')).toBe('127.0.0.1');
    expect(await addressOf(trusting, '6.6.6.6, 203.0.113.9')).toBe('203.0.113.9');
    expect(await addressOf(trusting, '203.0.113.9, 127.0.0.7')).toBe('203.0.113.9');
  });

  /** Routes that nobody needs a credential for: signing in and out, and files. */
  const SIGNING_IN = ['sign-in', 'sign-out', 'start', 'callback'].map((step) => `/v1/auth/${step}`);
  const PUBLIC = [...SIGNING_IN, '/openapi.json', '/*', '*'];

  it('are needed, known and for the project, on every route', async () => {
    // Managing tenants takes other credentials and has tests of its own.
    const guarded = bed.routes.filter(({ url }) => !PUBLIC.includes(url) && !OF_TENANT_QUOTA.test(url));
    expect(guarded.filter((route) => route.method === 'GET')).toHaveLength(
      // Who is signed in, and alerts.
      2 + QUERY_BASES.length * (QUERY_ROUTES.length + STREAM_ROUTES.length),
    );
    for (const { method, url } of guarded) {
      const path = url
        .replace(':group_id', '1')
        .replace(':project_id', '7')
        .replace(':trace_id', DASHED)
        .replace(':fingerprint', 'f'.repeat(32))
        .replace('/services/*', '/services/shop/operations')
        .replace('/*', '/http.route/values')
        .replace(/metrics\/(search\w*|exemplars)$/, '$&?mname=cart.items&mtype=sum');
      const ask = (headers: Record<string, string>) => fetch(bed.url + path, { method, headers });
      const unknown: Record<string, string>[] = [
        {},
        { 'private-token': 'nobody' },
        { 'private-token': '' },
        { authorization: 'Bearer nobody' },
        { authorization: 'Digest shop-read' },
        { authorization: 'Basic !' },
        basic('shop-read:'),
        { cookie: 'gob_session=shop-read' },
        { cookie: 'gob_session=' },
      ];
      for (const headers of unknown) {
        const response = await ask(headers);
        expect(response.status, `${method} ${path} ${JSON.stringify(headers)}`).toBe(401);
        expect(response.headers.get('www-authenticate')).toBe('Bearer');
      }
      if (url.includes(':project_id')) expect((await ask({ 'private-token': 'stranger' })).status).toBe(404);
    }
  });

  it('of a stranger show the stranger its own project only', async () => {
    const services = await bed.get('/observability/v1/services', { 'PRIVATE-TOKEN': 'stranger' });
    expect(await services.json()).toEqual({ services: [] });
    await problemOf(
      await bed.get(`/observability/v1/traces/${DASHED}`, { 'PRIVATE-TOKEN': 'stranger' }),
      404,
    );
  });
});
