import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTenantBed, type TenantBed, TOKENS } from './tenants.harness.js';

let bed: TenantBed;
beforeAll(async () => {
  bed = await startTenantBed();
});
afterAll(() => bed.close());

const send: TenantBed['send'] = (...request) => bed.send(...request);

describe('GitLab’s contract', () => {
  it('says ready for a project that is on, 404 for one that is off, and takes PUT for what is on already', async () => {
    const token = TOKENS.owner;
    expect(await send('GET', '/v3/tenant/7', { token })).toMatchObject({
      status: 200,
      body: { status: 'ready' },
    });
    expect(await send('GET', '/v3/tenant/8', { token })).toMatchObject({ status: 404 });
    expect(await send('GET', '/v3/tenant/7', { token: TOKENS.reader })).toMatchObject({ status: 200 });
    expect(await send('PUT', '/v3/tenant/7', { token, body: {} })).toMatchObject({ status: 200 });
    expect(await send('PUT', '/v3/tenant/8', { token, body: {} })).toMatchObject({
      ...{ status: 409, body: { detail: expect.stringContaining('identity file') } },
    });
    expect(await send('PUT', '/v3/tenant/9', { token, body: {} })).toMatchObject({ status: 404 });
    expect(await send('PUT', '/v3/tenant/7', { token: TOKENS.reader, body: {} })).toMatchObject({
      status: 403,
    });
  });
});

describe('the admin interface', () => {
  it('creates once, changes from a known version, and shows what would be', async () => {
    const path = '/v3/admin/tenants/50';
    const body = {
      path: 'fifty',
      limits: { storage_bytes: 5_000 },
      projects: [{ id: 500, path: 'fifty/one' }],
    };
    const made = await send('PUT', path, { body, headers: { 'if-none-match': '*' } });
    expect(made).toMatchObject({ status: 201, body: { created: true } });
    expect(await send('PUT', path, { body, headers: { 'if-none-match': '*' } })).toMatchObject({
      status: 412,
    });
    const { etag, body: tenant } = await send('GET', path);
    expect(etag).toBe(made.etag);
    expect(tenant).toMatchObject({
      ...{ id: 50, tier: 'free', status: 'ready', source: 'api', overrides: { storage_bytes: 5_000 } },
      limits: { storage_bytes: 5_000, retention_days: 30 },
      projects: [{ id: 500, path: 'fifty/one', enabled: true }],
    });
    const dry = await send('PUT', `${path}?dry_run=true`, { body: { tier: 'premium' } });
    expect(dry.body).toMatchObject({
      changes: [
        { field: 'tier', before: 'free', after: 'premium' },
        { field: 'limits.storage_bytes', before: 5_000, after: null },
      ],
    });
    const headers = { 'if-match': etag ?? '' };
    expect(await send('PUT', path, { body: { limits: {} }, headers })).toMatchObject({ status: 200 });
    expect(await send('PUT', path, { body: { limits: {} }, headers })).toMatchObject({
      ...{ status: 412, body: { code: 'precondition_failed', field: 'If-Match' } },
    });
  });

  it('refuses by name what it does not understand, and everybody who does not run the mesh', async () => {
    const put = (body: unknown) => send('PUT', '/v3/admin/tenants/51', { body });
    expect(await put({ path: 'x', limits: { storage_bytes: 0 } })).toMatchObject({
      ...{ status: 400, body: { field: 'limits.storage_bytes' } },
    });
    expect(await put({ path: 'x', limit: {} })).toMatchObject({ status: 400 });
    expect(await send('GET', '/v3/admin/tenants/x')).toMatchObject({
      status: 400,
      body: { field: 'tenant_id' },
    });
    expect(await send('GET', '/v3/admin/tenants/404')).toMatchObject({ status: 404 });
    expect(await send('PUT', '/v3/admin/tenants/22', { body: {} })).toMatchObject({ status: 409 });
    for (const path of ['/v3/tenant/7', '/v3/query/7/analytics/storage?month=1&year=2026'])
      expect(await send('GET', path, { token: 'a-stranger' }), path).toMatchObject({ status: 401 });
    for (const path of ['tenants', 'tenants/22', 'tiers/free', 'cells', 'retention/plan', 'audit'])
      expect(await send('GET', `/v3/admin/${path}`, { token: TOKENS.owner }), path).toMatchObject({
        status: 403,
      });
  });

  it('says who may ask before it says what is wrong', async () => {
    const { body } = await send('GET', '/openapi.json');
    const { paths } = body as { paths: Record<string, Record<string, unknown>> };
    const asked = Object.entries(paths).filter(([path]) =>
      /^\/v3\/(admin|tenant)|analytics\/(storage|cardinality)/.test(path),
    );
    expect(asked.length).toBeGreaterThan(8);
    for (const [path, methods] of asked)
      for (const method of Object.keys(methods)) {
        const address = `${path.replace(/\{\w+\}/g, 'not-an-id')}?month=13&page_size=)(&dry_run=x`;
        const wrong = { token: 'a-stranger', ...(method === 'put' && { body: { limits: 1 } }) };
        const answer = await send(method.toUpperCase(), address, wrong);
        expect([401, 403], `${method} ${address}`).toContain(answer.status);
      }
    const wrong = await send('PUT', '/v3/admin/tenants/x', { token: TOKENS.owner, body: 1 });
    expect(wrong).toMatchObject({ status: 403 });
  });

  it('is in the OpenAPI document, each method of a path', async () => {
    const { body } = await send('GET', '/openapi.json');
    const operation = { summary: expect.any(String) };
    const all = { get: operation, put: operation, delete: operation };
    expect(body).toMatchObject({
      paths: {
        '/v3/admin/tenants/{tenant_id}': {
          ...all,
          put: {
            parameters: [
              { name: 'tenant_id', in: 'path' },
              { name: 'dry_run', in: 'query' },
            ],
          },
        },
        '/v3/tenant/{project_id}': all,
      },
    });
  });
});
