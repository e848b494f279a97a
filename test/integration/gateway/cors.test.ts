import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayBed, startGatewayBed } from './fixture.js';

const GITLAB_ORIGIN = 'https://gitlab.example.com';
let bed: GatewayBed;
let url: string;
beforeAll(async () => {
  bed = await startGatewayBed();
  url = await bed.start({ gatewayGitlabOrigins: [GITLAB_ORIGIN] });
});
afterAll(() => bed.close());

describe('pages of GitLab', () => {
  const preflight = (origin: string) =>
    fetch(`${url}/v3/query/7/traces`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'x-csrf-token,x-requested-with',
      },
    });

  it('are granted requests with cookies, by their exact origin', async () => {
    const { status, headers } = await preflight(GITLAB_ORIGIN);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(GITLAB_ORIGIN);
    expect(headers.get('access-control-allow-credentials')).toBe('true');
    expect(headers.get('access-control-allow-methods')).toBe('GET, PUT, OPTIONS');
    expect(headers.get('access-control-allow-headers')).toBe('Content-Type, X-CSRF-Token, X-Requested-With');
    expect(headers.get('vary')).toMatch(/Origin/);
    const answer = await fetch(`${url}/v1/session`, { headers: { origin: GITLAB_ORIGIN } });
    expect(answer.headers.get('access-control-allow-origin')).toBe(GITLAB_ORIGIN);
    expect(answer.headers.get('vary')).toMatch(/Origin/);
  });

  it.each(['https://evil.example', 'null', `${GITLAB_ORIGIN}.evil.example`, 'http://gitlab.example.com'])(
    'of %s are granted nothing',
    async (origin) => {
      const answers = await Promise.all([
        preflight(origin),
        fetch(`${url}/v1/session`, { headers: { origin } }),
      ]);
      for (const { headers } of answers) {
        expect(headers.get('access-control-allow-origin')).toBeNull();
        expect(headers.get('vary')).toMatch(/Origin/);
      }
    },
  );
});
