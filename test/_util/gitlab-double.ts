import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GitlabData, GitlabProjectRow, GitlabTokenRow, GitlabUser } from './gitlab-data.js';

/** An answer instead of the right one; undefined lets the right one go out. */
export type Misbehaviour = (
  path: string,
  count: number,
) => { status: number; headers?: Record<string, string>; body?: string } | 'hang' | 'cut' | undefined;

export type Pages = (request: IncomingMessage, response: ServerResponse) => unknown;

export interface GitlabDouble {
  readonly url: string;
  readonly data: GitlabData;
  /** Paths that were asked for, with their query, in order. */
  readonly calls: string[];
  /** What no documented client sends. Must be empty. */
  readonly violations: string[];
  misbehave(how: Misbehaviour | undefined): void;
  /** Answers everything that is not the API: GitLab's pages and its OAuth. */
  mount(pages: Pages): void;
  /** What is mounted. */
  readonly pages: Pages | undefined;
  close(): Promise<void>;
}

/** A GitLab that knows the calls that the gatekeeper may make, checks how they are made, and fails on demand as GitLab does. */
export async function startGitlabDouble(data: GitlabData): Promise<GitlabDouble> {
  const calls: string[] = [];
  const violations: string[] = [];
  let misbehaviour: Misbehaviour | undefined;
  let pages: Pages | undefined;
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    calls.push(url);
    if (pages && !url.startsWith('/api/')) return void pages(request, response);
    violations.push(...violationsOf(request));
    const instead = misbehaviour?.(url, calls.length);
    if (instead === 'hang') return;
    if (instead === 'cut') return void request.socket.destroy();
    if (instead) return void response.writeHead(instead.status, instead.headers).end(instead.body ?? '');
    const { status, body } = answerOf({ data, request, violations });
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    data,
    calls,
    violations,
    get pages() {
      return pages;
    },
    mount: (handler) => {
      pages = handler;
    },
    misbehave: (how) => {
      misbehaviour = how;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function violationsOf({ method, url, headers, rawHeaders }: IncomingMessage): string[] {
  const { authorization } = headers;
  const privateToken = headers['private-token'];
  const found: string[] = [];
  if (method !== 'GET') found.push(`method ${method}`);
  if ((privateToken === undefined) === (authorization === undefined))
    found.push('not exactly one credential');
  if (authorization !== undefined && !/^Bearer \S+$/.test(authorization))
    found.push('a credential that is not Bearer');
  if (headers.cookie !== undefined) found.push('a cookie');
  if (headers['content-length'] !== undefined) found.push('a body');
  if (headers.accept !== 'application/json') found.push(`accept ${headers.accept}`);
  if (/[?&](private_token|access_token)=/i.test(url ?? '')) found.push('a token in the URL');
  if (rawHeaders.some((name) => /^x-(gitlab|forwarded)/i.test(name))) found.push('a header of somebody else');
  return found.map((what) => `${what} on ${url}`);
}

interface Asker {
  readonly user: GitlabUser;
  readonly token: GitlabTokenRow;
}

interface Asked {
  readonly data: GitlabData;
  readonly request: IncomingMessage;
  readonly violations: string[];
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

function answerOf({ data, request, violations }: Asked): Answer {
  const bearer = request.headers.authorization?.slice('Bearer '.length);
  const secret = request.headers['private-token'] ?? bearer;
  const token = data.tokens.find((row) => row.secret === secret);
  const user = data.users.find(({ id }) => id === token?.userId);
  if (!token || !user) return { status: 401, body: { message: '401 Unauthorized' } };
  const refusal = refusalOf(token, user);
  if (refusal) return refusal;
  const url = request.url ?? '';
  const route = ROUTES.find(({ pattern }) => pattern.test(url));
  if (!route) {
    violations.push(`unexpected ${url}`);
    return { status: 404, body: { error: '404 Not Found' } };
  }
  if (route.needsApi && !token.scopes.some((scope) => scope === 'api' || scope === 'read_api'))
    return { status: 403, body: INSUFFICIENT_SCOPE };
  const [, ...args] = route.pattern.exec(url) ?? [];
  const found = route.answer(data, { user, token }, args);
  if (found === 'oauth') return { status: 400, body: NOT_FOR_OAUTH };
  return found === undefined
    ? { status: 404, body: { message: '404 Project Not Found' } }
    : { status: 200, body: found };
}

function refusalOf(token: GitlabTokenRow, user: GitlabUser): Answer | undefined {
  if (token.revoked) return { status: 401, body: REVOKED };
  if (token.expiresAt && Date.parse(token.expiresAt) <= Date.now()) return { status: 401, body: EXPIRED };
  if (user.state === 'blocked')
    return { status: 403, body: { message: '403 Forbidden - Your account has been blocked.' } };
  return undefined;
}

const REVOKED = {
  error: 'invalid_token',
  error_description: 'Token was revoked. You have to re-authorize from the user.',
};
const EXPIRED = {
  error: 'invalid_token',
  error_description: 'Token is expired. You can either do re-authorization or token refresh.',
};
const INSUFFICIENT_SCOPE = {
  error: 'insufficient_scope',
  error_description: 'The request requires higher privileges than provided by the access token.',
  scope: 'api read_api',
};
const NOT_FOR_OAUTH = {
  message: '400 Bad request - This endpoint requires token type to be a personal access token',
};

interface Route {
  readonly pattern: RegExp;
  readonly needsApi: boolean;
  readonly answer: (data: GitlabData, asker: Asker, args: readonly string[]) => unknown;
}

const maySee = (project: GitlabProjectRow, { user }: Asker) =>
  project.isPublic === true || project.members[user.id] !== undefined;

const ROUTES: readonly Route[] = [
  {
    pattern: /^\/api\/v4\/personal_access_tokens\/self$/,
    needsApi: false,
    answer: (_data, { token }) =>
      token.isOauth
        ? 'oauth'
        : {
            id: token.id,
            name: token.name,
            revoked: token.revoked ?? false,
            created_at: '2026-01-01T00:00:00.000Z',
            scopes: token.scopes,
            user_id: token.userId,
            last_used_at: null,
            active: token.active ?? true,
            expires_at: token.expiresAt ?? null,
          },
  },
  {
    pattern: /^\/api\/v4\/user$/,
    needsApi: true,
    answer: (_data, { user }) => ({
      id: user.id,
      username: user.username,
      name: user.username,
      state: user.state ?? 'active',
    }),
  },
  {
    pattern: /^\/api\/v4\/projects\/(\d+)\/members\/all\/(\d+)$/,
    needsApi: true,
    answer: ({ projects, users }, asker, [projectId, userId]) => {
      const project = projects.find(({ id }) => id === Number(projectId));
      const member = project && maySee(project, asker) ? project.members[Number(userId)] : undefined;
      if (!member) return undefined;
      const username = users.find(({ id }) => id === Number(userId))?.username;
      const { level, state = 'active', expiresAt = null } = member;
      return { id: Number(userId), username, state, access_level: level, expires_at: expiresAt };
    },
  },
  {
    pattern: /^\/api\/v4\/projects\/(\d+)$/,
    needsApi: true,
    answer: ({ projects }, asker, [projectId]) => {
      const project = projects.find(({ id }) => id === Number(projectId));
      if (!project || !maySee(project, asker)) return undefined;
      const segments = project.path.split('/').slice(0, -1);
      const { namespaceIds } = project;
      return {
        id: project.id,
        path_with_namespace: project.path,
        visibility: project.isPublic ? 'public' : 'private',
        namespace: {
          id: namespaceIds.at(-1),
          kind: 'group',
          full_path: segments.join('/'),
          parent_id: namespaceIds.at(-2) ?? null,
        },
      };
    },
  },
  {
    pattern: /^\/api\/v4\/namespaces\/([\w.-]+)$/,
    needsApi: true,
    answer: ({ projects }, _asker, [segment]) => {
      const project = projects.find(({ path }) => path.startsWith(`${segment}/`));
      return project && { id: project.namespaceIds[0], kind: 'group', full_path: segment, parent_id: null };
    },
  },
  {
    pattern:
      /^\/api\/v4\/projects\?membership=true&simple=true&min_access_level=(\d+)&order_by=id&sort=asc&per_page=(\d+)&page=(\d+)$/,
    needsApi: true,
    answer: ({ projects }, { user }, [level, perPage, page]) => {
      const mine = projects.filter(({ members }) => (members[user.id]?.level ?? -1) >= Number(level));
      const start = (Number(page) - 1) * Number(perPage);
      return mine
        .sort((a, b) => a.id - b.id)
        .slice(start, start + Number(perPage))
        .map(({ id, path }) => ({ id, path_with_namespace: path }));
    },
  },
];
