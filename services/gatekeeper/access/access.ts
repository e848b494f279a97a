import { Action } from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import {
  type Project,
  type Tenant,
  TenantStatus,
} from '../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import type { Identity } from '../identity/identity.js';
import type { ProjectOfTenant, TenantLookup } from '../tenants/tenant-directory.js';
import { findMembersProject, listMembersProjects } from './membership-access.js';

/** Scopes of which one is enough, by what is to be done. */
const SUFFICIENT_SCOPES: Readonly<Record<Action, readonly string[]>> = {
  [Action.UNSPECIFIED]: [],
  [Action.READ]: ['read_observability', 'api'],
  [Action.WRITE]: ['write_observability', 'api'],
  [Action.ADMIN]: ['api'],
};

const KINDS = { token: 'Token', user: 'User', certificate: 'Client certificate' } as const;

type KnownCoverage = Exclude<
  Identity['coverage'],
  { readonly membership: unknown } | { readonly everything: true }
>;

export interface AccessRequest {
  readonly identity: Identity;
  readonly action: Action;
  /** 0n when the request names none. */
  readonly projectId: bigint;
  /** 0 when the request names none. */
  readonly tenantId: number;
  /** For whoever asks about the project itself, not about its telemetry: it may be switched off, or not set up yet. */
  readonly evenIfOff?: boolean;
}

/** Decides whether an identity may do something in a project, and in which one. Rejects with the refusal. */
export async function checkAccess(directory: TenantLookup, request: AccessRequest): Promise<ProjectOfTenant> {
  const { coverage } = request.identity;
  if ('membership' in coverage) {
    // Before anybody else is asked about projects.
    requireScope(request);
    const { membership } = coverage;
    const found = requireSame(request, await findMembersProject({ directory, request, membership }));
    if (request.evenIfOff !== true) requireUsable(found);
    return found;
  }
  const covered = 'everything' in coverage ? [] : coveredProjects(directory, coverage);
  const found = requireSame(request, findCoveredProject(covered, request));
  requireScope(request);
  if (request.evenIfOff !== true) requireUsable(found);
  return found;
}

/** Projects that the identity may read, by path. */
export async function readableProjects(directory: TenantLookup, identity: Identity): Promise<Project[]> {
  if (!identity.scopes.some((scope) => SUFFICIENT_SCOPES[Action.READ].includes(scope))) return [];
  const { coverage } = identity;
  const covered = await listedProjects(directory, coverage);
  const projects = covered.map(({ project }) => project).filter(({ enabled }) => enabled);
  return projects.sort((a, b) => a.path.localeCompare(b.path));
}

async function listedProjects(
  directory: TenantLookup,
  coverage: Identity['coverage'],
): Promise<readonly ProjectOfTenant[]> {
  if ('everything' in coverage) return directory.allProjects();
  if ('membership' in coverage) return listMembersProjects(directory, coverage.membership);
  return coveredProjects(directory, coverage);
}

function requireScope({ identity, action }: AccessRequest): void {
  const sufficient = SUFFICIENT_SCOPES[action];
  if (identity.scopes.some((scope) => sufficient.includes(scope))) return;
  const needed = sufficient.join(' or ');
  throw new AppError(
    'permission_denied',
    `${describe(identity)} has the scopes [${identity.scopes.join(', ')}]; this needs ${needed}.`,
  );
}

/** What exists outside of the identity's reach and what does not exist get the same answer. */
function requireSame(
  { identity, tenantId }: AccessRequest,
  found: ProjectOfTenant | undefined,
): ProjectOfTenant {
  if (found && (tenantId === 0 || tenantId === found.tenant.id)) return found;
  throw new AppError('not_found', `${describe(identity)} has no such project. Check the ids in the path.`);
}

function findCoveredProject(
  covered: readonly ProjectOfTenant[],
  { projectId }: AccessRequest,
): ProjectOfTenant | undefined {
  return projectId === 0n ? soleProject(covered) : covered.find(({ project }) => project.id === projectId);
}

function coveredProjects(directory: TenantLookup, coverage: KnownCoverage): ProjectOfTenant[] {
  if ('projectId' in coverage) {
    const found = directory.findProject(coverage.projectId);
    return found ? [found] : [];
  }
  const tenant = directory.findTenant(coverage.tenantId);
  return tenant ? tenant.projects.map((project) => ({ project, tenant })) : [];
}

function soleProject(covered: readonly ProjectOfTenant[]): ProjectOfTenant | undefined {
  if (covered.length < 2) return covered[0];
  throw new AppError(
    'invalid_argument',
    `The credential covers ${covered.length} projects: name one in the path.`,
    { field: 'project_id' },
  );
}

function requireUsable({ project, tenant }: { readonly project: Project; readonly tenant: Tenant }): void {
  if (!project.enabled)
    throw new AppError(
      'permission_denied',
      `Observability is switched off for project ${project.path}. Enable it in the project's settings.`,
    );
  if (tenant.status === TenantStatus.DELETING)
    throw new AppError('permission_denied', `Tenant ${tenant.path} is marked for deletion.`);
  if (tenant.status === TenantStatus.FAILED)
    throw new AppError('unavailable', `Tenant ${tenant.path} could not be set up: ${tenant.statusReason}`, {
      retryAfterMs: 10_000,
    });
  if (tenant.status !== TenantStatus.READY) {
    throw new AppError('unavailable', `Tenant ${tenant.path} is being set up; try again shortly.`, {
      retryAfterMs: 2_000,
    });
  }
}

function describe(identity: Identity): string {
  return `${KINDS[identity.kind]} "${identity.name}"`;
}
