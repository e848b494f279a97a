import type { ServiceImpl } from '@connectrpc/connect';
import type { TenantQuotaService } from '../../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import { AppError } from '../../../../lib/errors/app-error.js';
import { requireService } from '../../../../lib/rpc/caller.js';
import type { TenantQuotaContext } from '../../context.js';
import { toProto } from '../to-proto.js';

export function getProject({
  registry,
}: TenantQuotaContext): ServiceImpl<typeof TenantQuotaService>['getProject'] {
  return ({ projectId }, context) => {
    requireService(context);
    if (projectId === 0n)
      throw new AppError('invalid_argument', 'project_id is required.', { field: 'project_id' });
    const tenant = registry.ownerOf(projectId);
    if (!tenant)
      throw new AppError('not_found', `There is no project ${projectId}.`, { field: 'project_id' });
    return { tenant: toProto(tenant) };
  };
}
