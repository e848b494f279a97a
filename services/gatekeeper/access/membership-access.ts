import { AppError } from '../../../lib/errors/app-error.js';
import type { Membership } from '../identity/identity.js';
import type { ProjectOfTenant, TenantLookup } from '../tenants/tenant-directory.js';
import type { AccessRequest } from './access.js';

export interface MembershipQuestion {
  readonly directory: TenantLookup;
  readonly request: AccessRequest;
  readonly membership: Membership;
}

/**
 * The project that is asked for, when somebody else says that the identity is a member and our registry agrees on the tenant.
 * Undefined when the identity has no such project. Only members learn whether observability is enabled for it.
 */
export async function findMembersProject(question: MembershipQuestion): Promise<ProjectOfTenant | undefined> {
  const { directory, request, membership } = question;
  const projectId = request.projectId === 0n ? await soleProjectId(question) : request.projectId;
  if (projectId === undefined) return undefined;
  const place = await membership.find(projectId, request.action);
  if (!place) return undefined;
  const found = directory.findProject(projectId);
  if (found && BigInt(found.tenant.id) === place.rootNamespaceId) return found;
  if (place.path === undefined) return undefined;
  throw found ? registeredElsewhere(place.path, place.rootNamespaceId) : notEnabled(place.path, projectId);
}

function notEnabled(path: string, projectId: bigint): AppError {
  return new AppError(
    'not_found',
    `Observability is not enabled for project ${path} (id ${projectId}). Enable it in the project's settings, or ask who runs this backend to register it.`,
  );
}

function registeredElsewhere(path: string, rootNamespaceId: bigint): AppError {
  return new AppError(
    'permission_denied',
    `Project ${path} belongs to top-level namespace ${rootNamespaceId} now, but was registered under another one. It must be registered again.`,
  );
}

/** Projects of the registry that the identity is a member of. */
export async function listMembersProjects(
  directory: TenantLookup,
  membership: Membership,
): Promise<ProjectOfTenant[]> {
  const { projectIds } = await membership.list();
  return registered(directory, projectIds);
}

async function soleProjectId({ directory, membership }: MembershipQuestion): Promise<bigint | undefined> {
  const { projectIds, isComplete } = await membership.list();
  const candidates = registered(directory, projectIds);
  if (isComplete && candidates.length < 2) return candidates[0]?.project.id;
  throw new AppError('invalid_argument', 'The credential covers several projects: name one in the path.', {
    field: 'project_id',
  });
}

function registered(directory: TenantLookup, projectIds: readonly bigint[]): ProjectOfTenant[] {
  return projectIds.flatMap((projectId) => directory.findProject(projectId) ?? []);
}
