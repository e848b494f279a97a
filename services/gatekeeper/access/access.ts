import { Action } from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import {
  type Project,
  type Tenant,
  TenantStatus,
} from '../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import type { Identity } from '../identity/identity.js';
import type { ProjectOfTenant, TenantDirectory } from '../tenants/tenant-directory.js';

/** Scopes of which one is enough, by what is to be done. */
const SUFFICIENT_SCOPES: Readonly<Record<Action, readonly string[]>> = {
  [Action.UNSPECIFIED]: [],
  [Action.READ]: ['read_observability', 'api'],
  [Action.WRITE]: ['write_observability', 'api'],
  [Action.ADMIN]: ['api'],
};

const KINDS = { token: 'Token', user: 'User', certificate: 'Client certificate' } as const;

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

/** Decides whether an identity may do something in a project, and in which one. Throws the refusal. */
export function checkAccess(directory: TenantDirectory, request: AccessRequest): ProjectOfTenant {
  const found = findCoveredProject(directory, request);
  const { identity, action } = request;
  const sufficient = SUFFICIENT_SCOPES[action];
  if (!identity.scopes.some((scope) => sufficient.includes(scope))) {
    const needed = sufficient.join(' or ');
    throw new AppError(
      'permission_denied',
      `${describe(identity)} has the scopes [${identity.scopes.join(', ')}]; this needs ${needed}.`,
    );
  }
  if (request.evenIfOff !== true) requireUsable(found);
  return found;
}

/** Projects that the identity may read, by path. */
export function readableProjects(directory: TenantDirectory, identity: Identity): Project[] {
  if (!identity.scopes.some((scope) => SUFFICIENT_SCOPES[Action.READ].includes(scope))) return [];
  const projects = coveredProjects(directory, identity).map(({ project }) => project);
  return projects.filter((project) => project.enabled).sort((a, b) => a.path.localeCompare(b.path));
}

/** What exists outside of the identity's reach and what does not exist get the same answer. */
function findCoveredProject(directory: TenantDirectory, request: AccessRequest): ProjectOfTenant {
  const covered = coveredProjects(directory, request.identity);
  const found =
    request.projectId === 0n
      ? soleProject(covered)
      : covered.find(({ project }) => project.id === request.projectId);
  if (found && (request.tenantId === 0 || request.tenantId === found.tenant.id)) return found;
  throw new AppError(
    'not_found',
    `${describe(request.identity)} has no such project. Check the ids in the path.`,
  );
}

function coveredProjects(directory: TenantDirectory, { coverage }: Identity): ProjectOfTenant[] {
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
