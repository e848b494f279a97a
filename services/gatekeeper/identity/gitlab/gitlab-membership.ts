import { Action } from '../../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { AppError } from '../../../../lib/errors/app-error.js';
import type { FactCache } from '../../facts/fact-cache.js';
import type { Membership, ProjectPlace } from '../identity.js';
import type { GitlabApi } from './gitlab-api.js';
import { isOver, MEMBER, type MemberFact, PLACE, PROJECT_LIST } from './gitlab-facts.js';
import type { GitlabToken } from './gitlab-http.js';
import { type GitlabConfig, ROLE_LEVELS, type RoleName } from './gitlab-settings.js';

export interface GitlabMembershipOptions {
  readonly api: GitlabApi;
  readonly cache: FactCache;
  readonly config: GitlabConfig;
  readonly token: GitlabToken;
  readonly userId: number;
  /** For refusals. */
  readonly name: string;
  readonly nowMs?: () => number;
}

/** Ids beyond these are no GitLab ids, and are not asked about. */
const MAX_PROJECT_ID = BigInt(Number.MAX_SAFE_INTEGER);

/** The projects of one GitLab user, inherited memberships included. Visibility alone gives nothing, and neither does being an admin. */
export class GitlabMembership implements Membership {
  readonly #options: GitlabMembershipOptions;

  constructor(options: GitlabMembershipOptions) {
    this.#options = options;
  }

  async find(projectId: bigint, action: Action): Promise<ProjectPlace | undefined> {
    if (projectId < 1n || projectId > MAX_PROJECT_ID) return undefined;
    const member = await this.#member(projectId);
    if (!member) return undefined;
    this.#requireRole(member, action);
    const { api, cache, token } = this.#options;
    // Shared by all members: who is one was asked just now, and a place is the same for everybody.
    const place = await cache.get(PLACE, String(projectId), () => this.#place(api, token, projectId));
    return place.is === 'no' ? undefined : { path: place.path, rootNamespaceId: BigInt(place.rootId) };
  }

  async list(): Promise<{ projectIds: bigint[]; isComplete: boolean }> {
    const { api, cache, config, token, userId } = this.#options;
    const level = ROLE_LEVELS[config.gitlabReadRole];
    const listed = await cache.get(PROJECT_LIST, `${userId}:${level}`, () => api.projects(token, level));
    if (listed.is === 'no') return { projectIds: [], isComplete: true };
    return { projectIds: listed.projectIds.map(BigInt), isComplete: listed.isComplete };
  }

  async #member(projectId: bigint): Promise<MemberFact | undefined> {
    const { api, cache, token, userId, nowMs = Date.now } = this.#options;
    const load = () => api.member(token, projectId, userId);
    const member = await cache.get(MEMBER, `${userId}:${projectId}`, load);
    return member.is === 'yes' && !isOver(member.expiresAt, nowMs()) ? member : undefined;
  }

  /** A no to one member would be remembered for all, so it is none: the next one asks again. */
  async #place(api: GitlabApi, token: GitlabToken, projectId: bigint) {
    const place = await api.place(token, projectId);
    if (place.is === 'yes') return place;
    throw new AppError('not_found', `${this.#options.name} has no such project. Check the ids in the path.`);
  }

  #requireRole({ level }: MemberFact, action: Action): void {
    const { gitlabReadRole, gitlabWriteRole } = this.#options.config;
    const needed: RoleName = action === Action.READ ? gitlabReadRole : gitlabWriteRole;
    if (level >= ROLE_LEVELS[needed]) return;
    const [held = 'none'] = Object.entries(ROLE_LEVELS).findLast(([, least]) => level >= least) ?? [];
    throw new AppError(
      'permission_denied',
      `${this.#options.name} has the role ${held} in this project; this needs ${needed}.`,
    );
  }
}
