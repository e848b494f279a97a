import { AppError } from '../../../../lib/errors/app-error.js';
import { API_SOURCE, FILE_SOURCE } from '../file/plan-changes.js';
import { findBadLimit, type LimitOverrides } from '../limits.js';
import type { ProjectRecord, TenantRecord, TenantState } from '../tenant-record.js';
import type { TierName } from '../tiers.js';

/** What an administrator wants a tenant to be. */
export interface TenantSettings {
  readonly tenantId: number;
  /** Empty keeps it. */
  readonly path: string;
  /** Undefined keeps it. */
  readonly tier: TierName | undefined;
  /** All of them: what is missing is inherited. */
  readonly limits: LimitOverrides;
  /** All of them; undefined keeps them. */
  readonly projects: readonly ProjectRecord[] | undefined;
}

/** Longest path that GitLab allows for a namespace, and more. */
const MAX_PATH_CHARACTERS = 1_024;

/** The state that the settings lead to. Throws `invalid_argument` and `conflict`. `cellForNew` is asked for a new tenant only. */
export function setTenant(
  before: TenantRecord | undefined,
  settings: TenantSettings,
  cellForNew: () => string,
): TenantState {
  const bad = findBadLimit(settings.limits);
  if (bad) throw new AppError('invalid_argument', bad.message, { field: bad.field });
  const existing = before?.status === 'deleted' ? undefined : before;
  if (existing) requireOwnRecord(existing);
  const path = requirePath(settings.path || existing?.path || '', 'path');
  return {
    tenantId: settings.tenantId,
    path,
    tier: settings.tier ?? existing?.tier ?? 'free',
    limits: settings.limits,
    cell: existing?.cell ?? cellForNew(),

    ...{ status: 'ready', statusReason: '', eraseAtMs: 0, source: API_SOURCE },
    projects: mergeProjects(existing?.projects ?? [], settings.projects),
  };
}

/** Throws `conflict` when only the identity file may change the record, or when its rows are being erased. */
export function requireOwnRecord(record: TenantRecord): void {
  if (record.source === FILE_SOURCE)
    throw new AppError(
      'conflict',
      `Tenant ${record.path} is described in the identity file, which goes before this interface. Change it there.`,
    );
  if (record.status === 'deleting' && record.eraseAtMs <= Date.now())
    throw new AppError('conflict', `Tenant ${record.path} is being erased. Wait until that is done.`);
}

export function requirePath(path: string, field: string): string {
  if (path !== '' && path.length <= MAX_PATH_CHARACTERS) return path;
  const problem = path === '' ? 'is required' : `has more than ${MAX_PATH_CHARACTERS} characters`;
  throw new AppError('invalid_argument', `${field} ${problem}.`, { field });
}

/** A project that is left out is switched off rather than forgotten: its rows still exist. */
function mergeProjects(
  before: readonly ProjectRecord[],
  wanted: readonly ProjectRecord[] | undefined,
): readonly ProjectRecord[] {
  if (!wanted) return before;
  const byId = new Map(before.map((project) => [project.projectId, { ...project, enabled: false }]));
  for (const project of wanted) {
    if (project.projectId === 0n)
      throw new AppError('invalid_argument', 'projects: an id is missing.', { field: 'projects' });
    byId.set(project.projectId, { ...project, path: requirePath(project.path, 'projects.path') });
  }
  return [...byId.values()].sort((a, b) => (a.projectId < b.projectId ? -1 : 1));
}
