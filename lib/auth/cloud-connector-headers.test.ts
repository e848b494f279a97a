import { describe, expect, it } from 'vitest';
import { cloudConnectorHeaders } from './cloud-connector-headers.js';

const JWT = 'eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl';
const HEADERS: Readonly<Record<string, string>> = {
  authorization: `Bearer ${JWT}`,
  'private-token': 'what-a-client-sent-to-gitlab',
  'x-gitlab-instance-id': 'uuid',
  'x-gitlab-realm': 'saas',
  'x-gitlab-namespace-id': ' 22 ',
  'x-gitlab-project-id': '7',
};
const read = (url: string, headers: Readonly<Record<string, string>> = HEADERS) =>
  cloudConnectorHeaders(url, (name) => headers[name]);

describe('what GitLab presents', () => {
  it('is read on its own paths', () => {
    for (const url of [
      '/observability/v1/traces',
      '/observability/v1/logs?x=1',
      'http://gob/observability/v1/traces',
    ])
      expect(read(url)).toEqual({
        token: JWT,
        instanceId: 'uuid',
        realm: 'saas',
        namespaceId: '22',
        projectId: '7',
      });
  });

  it.each([
    '/v3/query/7/traces',
    '/v1/traces',
    '/observability/v10/traces',
    '/x/observability/v1/traces',
    '',
    '/?/observability/v1/',
  ])('is ignored on %j', (url) => {
    expect(read(url)).toBeUndefined();
  });

  it.each(['Bearer glpat-a-token-of-gitlab', 'Basic eyJ.e30.x', JWT, ''])('is not %j', (authorization) => {
    expect(read('/observability/v1/traces', { ...HEADERS, authorization })).toBeUndefined();
  });

  it('is cut to a length that agrees with nothing', () => {
    const long = { ...HEADERS, 'x-gitlab-realm': 'saas'.repeat(1_000) };
    expect(read('/observability/v1/traces', long)?.realm).toHaveLength(100);
  });
});
