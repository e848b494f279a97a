import type { ServiceImpl } from '@connectrpc/connect';
import type { ProvisioningService } from '../../../../gen/es/gob/tenantquota/v1/provisioning_pb.js';
import { AppError } from '../../../../lib/errors/app-error.js';
import { principalOf } from '../../../../lib/rpc/caller.js';
import type { TenantQuotaContext } from '../../context.js';
import { toProto } from '../to-proto.js';

/** Whoever may read the project may see whether there is something to read. */
export function getProvisioning({
  registry,
}: TenantQuotaContext): ServiceImpl<typeof ProvisioningService>['getProvisioning'] {
  return (_request, context) => {
    const { tenantId, projectId } = principalOf(context);
    const view = registry.tenant(tenantId);
    const project = view?.record.projects.find((one) => one.projectId === projectId);
    if (!view || !project?.enabled || view.record.status === 'deleting')
      throw new AppError('not_found', `Observability is not switched on for project ${projectId}.`, {
        field: 'project_id',
      });
    const { status, statusReason } = toProto(view);
    return { status, reason: statusReason };
  };
}
