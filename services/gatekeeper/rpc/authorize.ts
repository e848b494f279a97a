import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { ServiceImpl } from '@connectrpc/connect';
import { Action, type GatekeeperService } from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import type { TenantLimits } from '../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import { ASSERTION_TTL_SECONDS, signAssertion } from '../../../lib/rpc/assertion.js';
import type { QueryLimits } from '../../../lib/rpc/caller.js';
import { checkAccess } from '../access/access.js';
import { type GatekeeperContext, identify } from '../context.js';

const ACTIONS: readonly Action[] = [Action.READ, Action.WRITE, Action.ADMIN];
/** Services that an assertion can be made for. */
const AUDIENCES = ['query', 'tenant-quota', 'otlp-receiver'];

export function authorize(context: GatekeeperContext): ServiceImpl<typeof GatekeeperService>['authorize'] {
  return async ({ credential, action, projectId, audience, clientAddress }) => {
    // Enums of proto3 are open: a number that this version does not know arrives as itself.
    if (!ACTIONS.includes(action))
      throw new AppError('invalid_argument', 'action must be READ, WRITE or ADMIN.', { field: 'action' });
    if (!AUDIENCES.includes(audience)) {
      throw new AppError('invalid_argument', `audience must be one of ${AUDIENCES.join(', ')}.`, {
        field: 'audience',
      });
    }
    const identity = await identify(context, credential);
    // Tenant-quota holds no telemetry: there a project is switched on, or asked whether it is.
    const evenIfOff = audience === 'tenant-quota';
    const request = { identity, action, projectId, tenantId: 0, evenIfOff };
    const { project, tenant } = await checkAccess(context.directory, request);
    context.addresses.note(identity, clientAddress);
    const caller = {
      kind: 'principal',
      principal: identity.name,
      tenantId: tenant.id,
      projectId: project.id,
      scopes: identity.scopes,
      database: tenant.database,
      retentionDays: tenant.limits?.retentionDays ?? 1,
      queryLimits: tenant.limits && queryLimitsOf(tenant.limits),
    } as const;
    const expiresAt = timestampFromMs(Date.now() + ASSERTION_TTL_SECONDS * 1000);
    const assertion = await signAssertion(context.keys.current, caller, audience);
    const paths = { projectPath: project.path, tenantPath: tenant.path };
    return {
      ...{ tenantId: tenant.id, projectId: project.id, principal: identity.name, ...paths },
      ...{ assertion, expiresAt },
    };
  };
}

/** Undefined when the registry does not keep one of them yet: a zero would be taken for a limit. */
function queryLimitsOf(limits: TenantLimits): QueryLimits | undefined {
  const figures = {
    maxSeconds: limits.queryMaxSeconds,
    maxReadRows: Number(limits.queryMaxReadRows),
    maxReadBytes: Number(limits.queryMaxReadBytes),
    maxMemoryBytes: Number(limits.queryMaxMemoryBytes),
    maxConcurrent: limits.queryMaxConcurrent,
  };
  return Object.values(figures).every((figure) => figure > 0) ? figures : undefined;
}
