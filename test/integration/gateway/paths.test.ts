import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Action } from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { DASHED, insertGatewaySpans, problemOf } from './data.js';
import { type GatewayBed, startGatewayBed } from './fixture.js';

let bed: GatewayBed;
beforeAll(async () => {
  bed = await startGatewayBed();
  await insertGatewaySpans(bed.query);
});
afterAll(() => bed.close());

describe('names', () => {
  it('of services and operations are told, whatever a service is called', async () => {
    const admin = { 'PRIVATE-TOKEN': 'acme-admin' };
    const services = await bed.get('/v3/query/8/services', admin);
    expect(await services.json()).toEqual({
      services: [{ name: '100%25' }, { name: 'x?y#z&' }, { name: 'ü ß' }],
    });
    const operations = async (project: number, path: string) =>
      (await bed.get(`/v3/query/${project}/services/${path}/operations`, admin)).json();
    expect(await operations(8, encodeURIComponent('ü ß'))).toEqual({ operations: [{ name: 'op 0' }] });
    expect(await operations(8, encodeURIComponent('100%25'))).toEqual({ operations: [{ name: 'op 1' }] });
    expect(await operations(8, encodeURIComponent('x?y#z&'))).toEqual({ operations: [{ name: 'op 2' }] });
    for (const path of ['a/b%20c/operations', 'a%2Fb%20c%2Foperations'])
      expect(await operations(7, path)).toEqual({ operations: [{ name: 'charge' }] });
    expect(await operations(7, 'unknown')).toEqual({ operations: [] });
    await problemOf(await bed.get('/v3/query/7/services/shop'), 404);
    await problemOf(await bed.get('/v3/query/7/services//operations'), 404);
  });
});

describe('path generations', () => {
  it('give the same answers', async () => {
    for (const suffix of [
      '/traces?period=1h',
      `/traces/${DASHED}`,
      '/services',
      '/services/shop/operations',
    ]) {
      const bodies = [];
      for (const base of ['/v3/query/7', '/query/22/7/v1', '/observability/v1']) {
        const response = await bed.get(base + suffix);
        expect(response.status).toBe(200);
        const { next_page_token: _token, ...body } = (await response.json()) as Record<string, unknown>;
        bodies.push(body);
      }
      expect(bodies[1]).toEqual(bodies[0]);
      expect(bodies[2]).toEqual(bodies[0]);
    }
    expect(bed.asked.at(-1)).toMatchObject({ projectId: 0n, action: Action.READ, audience: 'query' });
    const severalProjects = await bed.get('/observability/v1/services', { 'PRIVATE-TOKEN': 'acme-admin' });
    expect(await problemOf(severalProjects, 400)).toMatchObject({ field: 'project_id' });
  });

  it('take decimal ids only, up to 64 bits', async () => {
    for (const path of [
      '/v3/query/x/services',
      '/v3/query/0/services',
      '/v3/query/18446744073709551616/services',
      '/query/1/07/v1/services',
    ])
      expect(await problemOf(await bed.get(path), 400)).toMatchObject({ field: 'project_id' });
    expect(await problemOf(await bed.get('/query/g/7/v1/services'), 400)).toMatchObject({
      field: 'group_id',
    });
    const large = await bed.get('/v3/query/9223372036854775809/traces', { 'PRIVATE-TOKEN': 'acme-admin' });
    expect(await large.text()).toContain('"project_id":9223372036854775809');
  });
});

describe('openapi.json', () => {
  it('describes every route', async () => {
    const { openapi, paths } = (await (await bed.get('/openapi.json', {})).json()) as {
      openapi: string;
      paths: Record<string, Record<string, { parameters: { name: string }[]; responses: object }>>;
    };
    expect(openapi).toBe('3.1.0');
    const documented = Object.keys(paths).map((path) =>
      path.replace(/\{(service_name|attribute_name)\}\/\w+$/, '*').replace(/\{(\w+)\}/g, ':$1'),
    );
    // One path may have several methods.
    const served = [
      ...new Set(bed.routes.filter((route) => route.method !== 'HEAD').map((route) => route.url)),
    ];
    expect(documented.sort()).toEqual(
      served.filter((url) => !['*', '/*', '/openapi.json'].includes(url)).sort(),
    );
    const list = paths['/v3/query/{project_id}/traces']?.get;
    expect(list?.parameters.map((parameter) => parameter.name)).toEqual(
      expect.arrayContaining([
        'project_id',
        'period',
        'start_time',
        'end_time',
        'sort',
        'page_size',
        'page_token',
        'service_name',
        'operation',
      ]),
    );
  });
});
