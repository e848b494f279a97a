import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  findProject,
  type GitlabBed,
  startGitlabBed,
  TOKEN,
  tokenRow,
} from '../../../../test/_util/gitlab-bed.js';

let bed: GitlabBed;
beforeEach(async () => {
  bed = await startGitlabBed();
});
afterEach(() => bed.close());

describe('GitLab', () => {
  it('sees one call per fact from a thousand requests at once in two processes, until its life is over', async () => {
    const replicas = [bed.open(), bed.open()];
    const askAll = () =>
      Promise.all(
        Array.from({ length: 1_000 }, (_, index) =>
          findProject(replicas[index % 2] ?? expect.unreachable(), 7n),
        ),
      );
    const facts = [
      '/api/v4/namespaces/acme',
      '/api/v4/personal_access_tokens/self',
      '/api/v4/projects/7',
      '/api/v4/projects/7/members/all/41',
      '/api/v4/user',
    ];
    await askAll();
    expect(bed.double.calls.toSorted()).toEqual(facts);
    bed.aheadMs = 60_001;
    await askAll();
    expect(bed.double.calls.slice(facts.length)).toEqual(['/api/v4/personal_access_tokens/self']);
  });

  it('is asked once about a token that it does not know', async () => {
    const identities = bed.open();
    const ask = () => identities.findByToken('a-token-that-is-guessed');
    expect(new Set(await Promise.all(Array.from({ length: 100 }, ask)))).toEqual(new Set([undefined]));
    expect(bed.double.calls).toHaveLength(1);
  });

  it.each([
    ['hangs', 'hang' as const, /did not answer in time/],
    ['cuts connections', 'cut' as const, /cannot be reached/],
    ['is in trouble', { status: 502, body: 'Bad Gateway' }, /in trouble/],
    ['bans this address', { status: 403, body: 'Forbidden' }, /refuses this address/],
    ['answers with a page', { status: 200, body: '<html>' }, /not JSON/],
    ['answers with something else', { status: 200, body: '{"id":1}' }, /another form/],
    ['answers without end', { status: 200, body: `"${'x'.repeat(2 ** 20)}"` }, /too large/],
    ['answers with a surprise', { status: 418, body: '{}' }, /answered 418/],
    ['sends elsewhere', { status: 302, headers: { location: 'http://127.0.0.2:1/api' } }, /another host/],
    ['sends in circles', { status: 307, headers: { location: '/api/v4/user' } }, /one place to the next/],
  ])(
    'that %s makes nobody a stranger: the answer is 503, and names no address',
    async (_what, how, message) => {
      bed.double.misbehave(() => how);
      const error = await bed
        .open()
        .findByToken(TOKEN)
        .catch((thrown) => thrown);
      expect(error).toMatchObject({ code: 'unavailable', message: expect.stringMatching(message) });
      expect(error.message).not.toMatch(/127\.0|http:/);
      expect(bed.double.calls.length).toBeLessThanOrEqual(3);
    },
  );

  it('that fails once is asked once more', async () => {
    bed.double.misbehave((_path, count) => (count === 1 ? { status: 503 } : undefined));
    expect(await bed.open().findByToken(TOKEN)).toMatchObject({ name: 'dev: ci (#501)', kind: 'token' });
  });

  it('that moves a path within itself is followed', async () => {
    bed.double.misbehave((path) =>
      path.endsWith('/self')
        ? undefined
        : { status: 301, headers: { location: '/api/v4/personal_access_tokens/self' } },
    );
    await expect(bed.open().findByToken(TOKEN)).rejects.toThrow(/another form/);
    expect(bed.double.calls).toHaveLength(3);
  });

  it('that is away leaves those in whom it knew, for a bounded time', async () => {
    const identities = bed.open({ GITLAB_STALE_FOR: '5m' });
    await findProject(identities, 7n);
    bed.double.misbehave(() => 'cut');
    bed.aheadMs = 6 * 60_000 - 1_000;
    bed.double.calls.length = 0;
    expect(await findProject(identities, 7n)).toEqual({ path: 'acme/platform/shop', rootNamespaceId: 22n });
    expect(await findProject(identities, 7n)).toEqual({ path: 'acme/platform/shop', rootNamespaceId: 22n });
    // Token, member and user, place: each tried twice, then left alone.
    expect(bed.double.calls.length).toBeLessThanOrEqual(8);
    bed.aheadMs += 2_000;
    await expect(identities.findByToken(TOKEN)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it.each([
    [{ 'retry-after': '7', 'ratelimit-name': 'throttle_authenticated_api' }, 7_000, 1],
    [{ 'retry-after': '7', 'ratelimit-name': 'throttle_unauthenticated_api' }, 7_000, 0],
    [{}, 10_000, 1],
    [{ 'retry-after': '86400' }, 600_000, 1],
  ])('that wants to be left alone (%o) is, by all replicas', async (headers, waitMs, callsOfOthers) => {
    bed.double.data.tokens = [tokenRow(), tokenRow({ secret: 'another-token-of-another', userId: 42 })];
    bed.double.misbehave(() => ({ status: 429, headers, body: 'Retry later' }));
    const error = await bed
      .open()
      .findByToken(TOKEN)
      .catch((thrown) => thrown);
    expect(error.code).toBe('unavailable');
    expect(error.retryAfterMs).toBeGreaterThan(waitMs - 1_000);
    expect(error.retryAfterMs).toBeLessThanOrEqual(waitMs);
    await expect(bed.open().findByToken(TOKEN)).rejects.toThrow(/rate limit/);
    expect(bed.double.calls).toHaveLength(1);
    await expect(bed.open().findByToken('another-token-of-another')).rejects.toThrow(/rate limit/);
    expect(bed.double.calls).toHaveLength(1 + callsOfOthers);
    bed.double.misbehave(undefined);
    bed.aheadMs = waitMs + 1;
    expect(await bed.open().findByToken(TOKEN)).toMatchObject({ name: 'dev: ci (#501)', kind: 'token' });
  });

  it('that let the last request through is left alone until the period ends', async () => {
    const reset = String(Math.ceil(Date.now() / 1000) + 30);
    bed.double.misbehave(() => ({
      status: 401,
      headers: {
        'ratelimit-remaining': '0',
        'ratelimit-reset': reset,
        'ratelimit-name': 'throttle_unauthenticated_api',
      },
      body: '{"message":"401 Unauthorized"}',
    }));
    expect(await bed.open().findByToken('a-token-that-is-guessed')).toBeUndefined();
    await expect(bed.open().findByToken(TOKEN)).rejects.toThrow(/rate limit/);
    expect(bed.double.calls).toHaveLength(1);
  });
});
