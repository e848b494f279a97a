import { create } from '@bufbuild/protobuf';
import {
  ProjectSchema,
  TenantSchema,
  TenantStatus,
} from '../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
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
 * Undefined when the identity has no such project. Only members learn whether observability is enabled for it. Whoever wants to
 * enable it is given what GitLab says of it.
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
  if (!found && request.evenIfOff === true) return unregistered(directory, projectId, place);
  throw found ? registeredElsewhere(place.path, place.rootNamespaceId) : notEnabled(place.path, projectId);
}

interface Place {
  readonly path?: string | undefined;
  readonly rootNamespaceId: bigint;
}

const MAX_TENANT_ID = 4_294_967_295n;

/** A project that the registry is about to hear of, in a tenant that may be new as well: its path begins with the tenant's. */
function unregistered(
  directory: TenantLookup,
  projectId: bigint,
  { path = '', rootNamespaceId }: Place,
): ProjectOfTenant | undefined {
  if (rootNamespaceId < 1n || rootNamespaceId > MAX_TENANT_ID) return undefined;
  const id = Number(rootNamespaceId);
  const [tenantPath = ''] = path.split('/');
  const known = directory.findTenant(id);
  return {
    project: create(ProjectSchema, { id: projectId, path }),
    tenant: known ?? create(TenantSchema, { id, path: tenantPath, status: TenantStatus.PROVISIONING }),
  };
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
