import type { z } from 'zod';
import { AppError } from '../../../../lib/errors/app-error.js';
import type { No } from './gitlab-facts.js';
import {
  isOver,
  type MemberFact,
  memberBody,
  namespaceBody,
  type PlaceFact,
  type ProjectListFact,
  projectBody,
  projectListBody,
  type TokenFact,
  tokenBody,
  type UserFact,
  userBody,
} from './gitlab-facts.js';
import { away, type GitlabAnswer, type GitlabHttp, type GitlabToken } from './gitlab-http.js';

const PAGE_SIZE = 100;
const MAX_PAGES = 5;
/** First segment of a full path, as GitLab allows them. */
const SEGMENT = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

/**
 * GitLab's answers about one token, each as a fact or as a no with its reason. Only ids that are numbers are put into paths.
 * Every call rejects with `unavailable` when GitLab did not decide.
 */
export class GitlabApi {
  readonly #http: GitlabHttp;
  readonly #nowMs: () => number;

  constructor(http: GitlabHttp, nowMs: () => number = Date.now) {
    this.#http = http;
    this.#nowMs = nowMs;
  }

  async token(token: GitlabToken): Promise<TokenFact | No> {
    const answer = await this.#http.get({ call: 'token', path: '/personal_access_tokens/self', token });
    // 400 is what GitLab says to tokens of OAuth, which are for its own sessions only.
    if (answer.status !== 200) return no(tokenRefusal(answer));
    const { id, name, scopes, user_id: userId, active, revoked, expires_at } = read(tokenBody, answer);
    if (revoked) return no('revoked');
    if (isOver(expires_at, this.#nowMs())) return no('expired');
    if (!active) return no('inactive');
    return { is: 'yes', id, name, userId, scopes, expiresAt: expires_at };
  }

  async whoIs(token: GitlabToken): Promise<{ readonly id: number; readonly username: string } | No> {
    const answer = await this.#http.get({ call: 'user', path: '/user', token });
    if (answer.status !== 200) return no(refusal(answer));
    const { id, username, state } = read(userBody, answer);
    return state === 'active' ? { id, username } : no(state);
  }

  async user(token: GitlabToken, userId: number): Promise<UserFact | No> {
    const found = await this.whoIs(token);
    if ('why' in found) return found;
    return found.id === userId ? { is: 'yes', username: found.username } : no('another user');
  }

  async member(token: GitlabToken, projectId: bigint, userId: number): Promise<MemberFact | No> {
    const path = `/projects/${projectId}/members/all/${userId}`;
    const answer = await this.#http.get({ call: 'member', path, token });
    if (answer.status !== 200) return no(refusalOfUser(answer));
    const member = read(memberBody, answer);
    const { id, state, membership_state: membership = 'active' } = member;
    if (id !== userId || state !== 'active' || membership !== 'active') return no('not active');
    return { is: 'yes', level: member.access_level, expiresAt: member.expires_at };
  }

  /** Where a project is: its path and the top-level namespace. */
  async place(token: GitlabToken, projectId: bigint): Promise<PlaceFact | No> {
    const answer = await this.#http.get({ call: 'project', path: `/projects/${projectId}`, token });
    if (answer.status !== 200) return no(refusal(answer));
    const { id, path_with_namespace: path, namespace } = read(projectBody, answer);
    if (BigInt(id) !== projectId) return no('another project');
    if (typeof namespace.parent_id !== 'number') return { is: 'yes', path, rootId: namespace.id };
    const [segment = ''] = namespace.full_path.split('/');
    const rootId = await this.#rootId(token, segment);
    return typeof rootId === 'number' ? { is: 'yes', path, rootId } : rootId;
  }

  /** Projects that the token's user is a member of with at least this level. */
  async projects(token: GitlabToken, minLevel: number): Promise<ProjectListFact | No> {
    const projectIds: number[] = [];
    for (let page = 1; page <= MAX_PAGES; page++) {
      const paging = `order_by=id&sort=asc&per_page=${PAGE_SIZE}&page=${page}`;
      const path = `/projects?membership=true&simple=true&min_access_level=${minLevel}&${paging}`;
      const answer = await this.#http.get({ call: 'projects', path, token });
      if (answer.status !== 200) return no(refusalOfUser(answer));
      const found = read(projectListBody, answer).map(({ id }) => id);
      projectIds.push(...found);
      if (found.length < PAGE_SIZE) return { is: 'yes', projectIds, isComplete: true };
    }
    return { is: 'yes', projectIds, isComplete: false };
  }

  /** One question by the first segment instead of climbing from parent to parent. */
  async #rootId(token: GitlabToken, segment: string): Promise<number | No> {
    if (!SEGMENT.test(segment)) return no('an odd path');
    const path = `/namespaces/${encodeURIComponent(segment)}`;
    const answer = await this.#http.get({ call: 'namespace', path, token });
    if (answer.status !== 200) return no(refusal(answer));
    const root = read(namespaceBody, answer);
    const isRoot =
      typeof root.parent_id !== 'number' && root.full_path.toLowerCase() === segment.toLowerCase();
    return isRoot ? root.id : no('another namespace');
  }
}

const no = (why: string): No => ({ is: 'no', why });

function read<T>(schema: z.ZodType<T>, { body }: GitlabAnswer): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw away('its answer has another form than expected');
}

/** `insufficient_scope`, `blocked`, `forbidden`, `unauthorized` or `absent`. */
function refusal({ status, body }: GitlabAnswer): string {
  const text = describe(body);
  if (status === 403 && /insufficient_scope/.test(text)) return 'insufficient_scope';
  if (status === 403 && /block|deactivat|banned/i.test(text)) return 'blocked';
  return (
    { 400: 'unsupported', 401: 'unauthorized', 403: 'forbidden', 404: 'absent' }[status as 400] ?? 'absent'
  );
}

/** Facts about a user are shared by its tokens, so what is wrong with one of them is none. */
function refusalOfUser(answer: GitlabAnswer): string {
  const why = refusal(answer);
  if (answer.status !== 401 && why !== 'insufficient_scope') return why;
  throw new AppError('unauthenticated', 'GitLab does not accept this token any more.');
}

function tokenRefusal(answer: GitlabAnswer): string {
  const text = describe(answer.body);
  if (/revoked/i.test(text)) return 'revoked';
  if (/expired/i.test(text)) return 'expired';
  return refusal(answer);
}

function describe(body: unknown): string {
  if (typeof body !== 'object' || body === null) return '';
  const { message, error, error_description: more } = body as Record<string, unknown>;
  return [message, error, more].filter((part) => typeof part === 'string').join(' ');
}
