import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Action, GatekeeperService } from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { fromConnectError } from '../../../lib/errors/connect.js';
import { createRpcClient, type RpcClient } from '../../../lib/rpc/client.js';
import { type GitlabDouble, startGitlabDouble } from '../../_util/gitlab-double.js';
import { exportOf, LARGE_READ, type LimitsBed, post, startLimitsBed } from './limits.bed.js';

/** Every project of tenants 22 (acme) and 33 (globex) that GitLab and the registry know, or only GitLab. */
const ALL = 'glpat-of-a-member-of-all';
const READER = 'glpat-of-a-reader-of-shop';
const member = { level: 30 };

let gitlab: GitlabDouble;
let bed: LimitsBed;
let client: RpcClient<typeof GatekeeperService>;

beforeAll(async () => {
  gitlab = await startGitlabDouble({
    users: [
      { id: 41, username: 'dev' },
      { id: 42, username: 'project_7_bot' },
    ],
    tokens: [
      { secret: ALL, id: 1, name: 'all', userId: 41, scopes: ['api'] },
      { secret: READER, id: 2, name: 'reads', userId: 42, scopes: ['read_api', 'read_observability'] },
    ],
    projects: [
      { id: 7, path: 'acme/shop', namespaceIds: [22], members: { 41: member, 42: member } },
      // Moved by GitLab to another group than the registry knows.
      { id: 9, path: 'acme/web', namespaceIds: [22], members: { 41: member } },
      { id: 55, path: 'acme/new', namespaceIds: [22], members: { 41: member } },
    ],
  });
  bed = await startLimitsBed({ receivers: 1, gatekeeper: { gitlabUrl: gitlab.url } });
  client = createRpcClient(GatekeeperService, { url: bed.gatekeeper.url, timeoutMs: 30_000 });
});
afterAll(async () => {
  client.close();
  await bed.close();
  await gitlab.close();
});

const read = (value: string, projectId = 0n) =>
  client.calls.authorize({
    credential: { form: { case: 'token', value } },
    action: Action.READ,
    projectId,
    audience: 'query',
  });
const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable(),
    (error) => fromConnectError(error),
  );

describe('A token of GitLab', () => {
  it('opens the projects of its user that the registry knows, for one call per fact', async () => {
    const answers = await Promise.all(Array.from({ length: 300 }, () => read(READER, 7n)));
    expect(new Set(answers.map(({ tenantId, projectId }) => `${tenantId}/${projectId}`))).toEqual(
      new Set(['22/7']),
    );
    expect(gitlab.calls.toSorted()).toEqual([
      '/api/v4/personal_access_tokens/self',
      '/api/v4/projects/7',
      '/api/v4/projects/7/members/all/42',
      '/api/v4/user',
    ]);
    expect(gitlab.violations).toEqual([]);
  });

  it('needs no project in the path when its user has one', async () => {
    expect((await read(READER)).projectId).toBe(7n);
    expect(await refusal(read(ALL))).toMatchObject({ code: 'invalid_argument', field: 'project_id' });
  });

  it('lists what it may read', async () => {
    const credential = { form: { case: 'token', value: READER } } as const;
    const { username, projects } = await client.calls.getSession({ credential });
    expect(username).toBe('project_7_bot: reads (#2)');
    expect(projects.map(({ id, path }) => `${id} ${path}`)).toEqual(['7 acme/shop']);
  });

  it('is told the same of projects that are not its and of those that do not exist', async () => {
    const [others, missing] = await Promise.all([refusal(read(READER, 9n)), refusal(read(READER, 12_345n))]);
    expect(others.code).toBe('not_found');
    expect(others.message).toBe(missing.message);
  });

  it('is told when a project is not enabled, or was registered elsewhere', async () => {
    expect(await refusal(read(ALL, 55n))).toMatchObject({
      code: 'not_found',
      message: expect.stringMatching(/not enabled for project acme\/new \(id 55\)/),
    });
    expect(await refusal(read(ALL, 9n))).toMatchObject({
      code: 'permission_denied',
      message: expect.stringMatching(/belongs to top-level namespace 22 now/),
    });
  });

  it('sends telemetry where its scopes allow it', async () => {
    const url = `${bed.receivers[0]?.httpUrl}/v3/22/7/ingest/traces`;
    expect((await post(url, ALL, exportOf(500))).status).toBe(200);
    expect((await post(url, READER, exportOf(500))).status).toBe(403);
    const elsewhere = `${bed.receivers[0]?.httpUrl}/v3/33/7/ingest/traces`;
    expect((await post(elsewhere, ALL, exportOf(500))).status).toBe(404);
  });

  it('is not asked about when the identity file knows the token, and a stranger’s is refused', async () => {
    gitlab.calls.length = 0;
    expect((await read(LARGE_READ, 9n)).principal).toBe('large-read');
    expect(gitlab.calls).toEqual([]);
    expect((await refusal(read('glpat-nobody-has-this-one', 7n))).code).toBe('unauthenticated');
  });

  it('keeps nobody out whom the identity file knows while GitLab is away', async () => {
    gitlab.misbehave(() => 'cut');
    expect((await read(LARGE_READ, 9n)).principal).toBe('large-read');
    expect((await read(READER, 7n)).principal).toBe('project_7_bot: reads (#2)');
    expect((await refusal(read('glpat-of-somebody-new', 7n))).code).toBe('unavailable');
  });
});
