import type { ServiceImpl } from '@connectrpc/connect';
import type { ProvisioningService } from '../../../../gen/es/gob/tenantquota/v1/provisioning_pb.js';
import type { TenantQuotaContext } from '../../context.js';
import { toProto } from '../to-proto.js';
import { requireProjectAdmin } from './project-admin.js';

export function enableProject({
  registry,
  provisioner,
}: TenantQuotaContext): ServiceImpl<typeof ProvisioningService>['enableProject'] {
  return async ({ projectPath, tenantPath }, context) => {
    const { tenantId, projectId, principal: actor } = requireProjectAdmin(context);
    registry.all();
    const request = { tenantId, projectId, actor, projectPath, tenantPath };
    const { status, statusReason } = toProto(
      registry.preview(await provisioner.enable(request, context.signal)),
    );
    return { status, reason: statusReason };
  };
}
