import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Action } from '../../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { loadConfig } from '../../../../lib/config/load.js';
import {
  findProject,
  type GitlabBed,
  membershipOf,
  startGitlabBed,
  TOKEN,
  tokenRow,
} from '../../../../test/_util/gitlab-bed.js';
import { gitlabSettings } from './gitlab-settings.js';

let bed: GitlabBed;
beforeEach(async () => {
  bed = await startGitlabBed();
});
afterEach(() => bed.close());

describe('a token', () => {
  it('is known by GitLab, with its user and what its scopes are worth here', async () => {
    expect(await bed.open().findByToken(TOKEN)).toMatchObject({
      name: 'dev: ci (#501)',
      kind: 'token',
      scopes: ['read_observability', 'read_api'],
    });
    expect(bed.double.calls).toEqual(['/api/v4/personal_access_tokens/self', '/api/v4/user']);
  });

  it.each([
    [['api'], ['read_observability', 'write_observability', 'api']],
    [['read_api'], ['read_observability', 'read_api']],
    [
      ['read_api', 'write_observability'],
      ['read_observability', 'write_observability', 'read_api'],
    ],
  ])('with the scopes %s may do %s', async (scopes, expected) => {
    bed.double.data.tokens = [tokenRow({ scopes })];
    expect((await bed.open().findByToken(TOKEN))?.scopes).toEqual(expected);
  });

  it('is worth what the settings say', async () => {
    bed.double.data.tokens = [tokenRow({ scopes: ['api'] })];
    const strict = bed.open({ GITLAB_READ_SCOPES: 'read_observability', GITLAB_WRITE_SCOPES: 'api' });
    expect((await strict.findByToken(TOKEN))?.scopes).toEqual(['write_observability']);
  });

  it.each([
    ['that GitLab does not know', { secret: 'another-token-altogether' }, undefined],
    ['of OAuth', { isOauth: true }, undefined],
    ['that was revoked', { revoked: true }, /was revoked/],
    ['that has expired', { expiresAt: '2020-01-01' }, /has expired/],
    ['that is not active', { active: false }, /is not active/],
    ['of a user who is blocked', { userId: 43 }, /user who is blocked/],
    ['of a user who is deactivated', { userId: 44 }, /does not let in \(deactivated\)/],
  ])('%s is refused', async (_what, fields, message) => {
    bed.double.data.tokens = [tokenRow(fields)];
    const answer = bed.open().findByToken(TOKEN);
    if (message === undefined) expect(await answer).toBeUndefined();
    else
      await expect(answer).rejects.toMatchObject({
        code: 'unauthenticated',
        message: expect.stringMatching(message),
      });
  });

  it('that expires while it is remembered is refused from then on', async () => {
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    bed.double.data.tokens = [tokenRow({ expiresAt: tomorrow })];
    bed.aheadMs = Date.parse(tomorrow) - Date.now() - 5_000;
    const identities = bed.open();
    expect(await identities.findByToken(TOKEN)).toMatchObject({ name: 'dev: ci (#501)', kind: 'token' });
    bed.aheadMs += 6_000;
    await expect(identities.findByToken(TOKEN)).rejects.toThrow(/has expired/);
  });

  it('that may not look up its projects is told so', async () => {
    bed.double.data.tokens = [tokenRow({ scopes: ['write_observability'] })];
    await expect(bed.open().findByToken(TOKEN)).rejects.toMatchObject({
      code: 'permission_denied',
      message: expect.stringMatching(/\[write_observability\]; it needs read_api/),
    });
  });

  it.each([
    'short',
    `eyJhbGciOiJSUzI1NiJ9.e30.c2ln`,
    'x'.repeat(600),
    'with a space in the middle',
    'with\nnewline-000000',
  ])('of a form that is none (%j) is not shown to GitLab', async (secret) => {
    expect(await bed.open().findByToken(secret)).toBeUndefined();
    expect(bed.double.calls).toEqual([]);
  });

  it('is in no key and no value of the store', async () => {
    const seen: unknown[] = [];
    const spied = new Proxy(bed.kv, {
      get: (target, name, receiver) => {
        const member = Reflect.get(target, name, receiver);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => {
          seen.push(args);
          return member.apply(target, args);
        };
      },
    });
    const before = bed.kv;
    bed.kv = spied;
    await findProject(bed.open(), 7n);
    bed.kv = before;
    expect(seen.length).toBeGreaterThan(3);
    expect(JSON.stringify(seen)).not.toContain(TOKEN);
  });
});

describe('a project', () => {
  it('of a subgroup is found with its top-level namespace', async () => {
    expect(await findProject(bed.open(), 7n)).toEqual({ path: 'acme/platform/shop', rootNamespaceId: 22n });
    expect(bed.double.calls.slice(2)).toEqual([
      '/api/v4/projects/7/members/all/41',
      '/api/v4/projects/7',
      '/api/v4/namespaces/acme',
    ]);
  });

  it('is nobody’s by being public, missing, or of an impossible number', async () => {
    const identities = bed.open();
    for (const id of [8n, 999n, 0n, 2n ** 64n - 1n])
      expect(await findProject(identities, id)).toBeUndefined();
    expect(bed.double.calls.some((path) => /\/projects\/(0|\d{17,})/.test(path))).toBe(false);
  });

  it('needs a role, which the settings name', async () => {
    bed.double.data.tokens = [tokenRow({ userId: 42, scopes: ['api'] })];
    await expect(findProject(bed.open(), 7n)).rejects.toMatchObject({
      code: 'permission_denied',
      message: 'bot: ci (#501) has the role reporter in this project; this needs developer.',
    });
    const mild = bed.open({ GITLAB_READ_ROLE: 'reporter' });
    expect(await findProject(mild, 7n)).toEqual({ path: 'acme/platform/shop', rootNamespaceId: 22n });
    await expect(findProject(mild, 7n, Action.WRITE)).rejects.toMatchObject({ code: 'permission_denied' });
  });

  it.each([
    { level: 50, expiresAt: '2020-01-01' },
    { level: 50, state: 'blocked' },
  ])('is not open to the member %o', async (member) => {
    bed.double.data.projects = [{ id: 7, path: 'acme/shop', namespaceIds: [22], members: { 41: member } }];
    expect(await findProject(bed.open(), 7n)).toBeUndefined();
  });

  it('is listed for its members', async () => {
    const membership = membershipOf(await bed.open().findByToken(TOKEN));
    expect(await membership.list()).toEqual({ projectIds: [7n], isComplete: true });
  });

  it('is one of too many to list', async () => {
    const many = Array.from({ length: 600 }, (_, index) => index + 1);
    bed.double.data.projects = many.map((id) => ({
      id,
      path: `acme/p${id}`,
      namespaceIds: [22],
      members: { 41: { level: 50 } },
    }));
    const { projectIds, isComplete } = await membershipOf(await bed.open().findByToken(TOKEN)).list();
    expect([projectIds.length, isComplete]).toEqual([500, false]);
  });
});

it.each(['ftp://gitlab', 'https://user:secret@gitlab', 'https://gitlab/?x', 'gitlab'])(
  'refuses %s as the URL of GitLab',
  (url) => {
    expect(() => loadConfig(gitlabSettings, { argv: [], env: { GITLAB_URL: url } })).toThrow(/GITLAB_URL/);
  },
);
