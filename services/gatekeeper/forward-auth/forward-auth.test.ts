import { describe, expect, it } from 'vitest';
import { Action } from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { originalRequest } from './original-request.js';
import { requiredRight } from './required-right.js';

const asked = (url: string, headers: Record<string, string>, method = 'GET') =>
  originalRequest(method, url, headers);
const OURS = '/v1/auth/request';
const nginx = (uri: string, method = 'GET') => ({ 'x-original-method': method, 'x-original-uri': uri });

describe('The original request', () => {
  it.each([
    ['NGINX', OURS, nginx('/v1/traces?a=b', 'POST')],
    ['Traefik', OURS, { 'x-forwarded-method': 'POST', 'x-forwarded-uri': '/v1/traces' }],
    ['Envoy', `${OURS}/v1/traces?x=1`, {}],
  ])('is understood from %s', (_proxy, url, headers) => {
    expect(asked(url, headers, 'POST')).toMatchObject({ method: 'POST', path: '/v1/traces' });
  });

  it.each([
    [
      'a name that the proxy does not use itself',
      { ...nginx('/v3/query/7/traces'), 'x-forwarded-uri': '/v1/traces' },
      OURS,
    ],
    ['another method', { ...nginx('/v1/traces', 'POST'), 'x-forwarded-method': 'GET' }, OURS],
    ['a header beside the path', nginx('/v1/traces'), `${OURS}/v3/query/7/traces`],
  ])('is nobody’s to change by %s', (_what, headers, url) => {
    expect(() => asked(url, headers)).toThrow(/contradict/);
  });

  it.each([
    '/v3/query/7/../8/traces',
    '/v3/query/7/%2e%2E/8/traces',
    '/v3//query/7/traces',
    '//v3/query/7',
    '/v3/query/7/.',
    '/v3\\query',
    '/v3/query/7/%5c..',
    '/v1/traces%00',
    'v1/traces',
    '/v3/query/7/..%2f8/traces',
    '/v3/query/7/x%2F%2e%2e%2F..%2f8',
    '/v3/query/7/..;a/8/traces',
    '/v3/query/7/%252e%252e/8/traces',
    '/v3/query/7/a%252fb',
  ])('is refused as %s, which servers read in different ways', (uri) => {
    expect(() => asked(OURS, nginx(uri))).toThrow(/not plain/);
  });

  it('may have a slash in a name', () => {
    expect(asked(OURS, nginx('/v3/query/7/services/a%2Fb/operations')).path).toContain('%2F');
  });
});

describe('What a request needs', () => {
  const right = (method: string, path: string) =>
    requiredRight({ method, path, bytes: 1, clientAddress: '' });

  it.each([
    ['POST', '/v1/traces', Action.WRITE, 0n, 'traces'],
    ['POST', '/observability/v1/logs', Action.WRITE, 0n, 'logs'],
    ['POST', '/v3/22/7/ingest/metrics', Action.WRITE, 7n, 'metrics'],
    ['POST', '/opentelemetry.proto.collector.logs.v1.LogsService/Export', Action.WRITE, 0n, 'logs'],
    ['GET', '/v3/query/7/traces', Action.READ, 7n, undefined],
    ['HEAD', '/query/1/8/v1/services', Action.READ, 8n, undefined],
    ['GET', '/observability/v1/traces', Action.READ, 0n, undefined],
  ])('%s %s', (method, path, action, projectId, signal) => {
    expect(right(method, path)).toMatchObject({ action, projectId, signal });
  });

  it.each([
    ['GET', '/v1/traces'],
    ['POST', '/v3/query/7/traces'],
    ['DELETE', '/v1/traces'],
    ['POST', '/v1/tracesx'],
    ['GET', '/v3/query/7x'],
    ['GET', '/metrics'],
    ['GET', '/'],
  ])('%s %s is let through for nobody', (method, path) => {
    expect(() => right(method, path)).toThrow(/nobody has/);
  });
});
