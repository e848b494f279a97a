import type { ServiceImpl } from '@connectrpc/connect';
import type { ProvisioningService } from '../../../../gen/es/gob/tenantquota/v1/provisioning_pb.js';
import type { TenantQuotaContext } from '../../context.js';
import { disableProject } from './disable-project.js';
import { enableProject } from './enable-project.js';
import { getProvisioning } from './get-provisioning.js';

/** Every call of the contract. */
export function provisioningCalls(context: TenantQuotaContext): ServiceImpl<typeof ProvisioningService> {
  return {
    getProvisioning: getProvisioning(context),
    enableProject: enableProject(context),
    disableProject: disableProject(context),
  };
}
