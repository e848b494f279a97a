import type { ServiceImpl } from '@connectrpc/connect';
import type { ProvisioningService } from '../../../../gen/es/gob/tenantquota/v1/provisioning_pb.js';
import type { TenantQuotaContext } from '../../context.js';
import { requireProjectAdmin } from './project-admin.js';

export function disableProject({
  registry,
  provisioner,
}: TenantQuotaContext): ServiceImpl<typeof ProvisioningService>['disableProject'] {
  return async (_request, context) => {
    const { tenantId, projectId, principal: actor } = requireProjectAdmin(context);
    registry.all();
    await provisioner.disable({ tenantId, projectId, actor }, context.signal);
    return {};
  };
}
