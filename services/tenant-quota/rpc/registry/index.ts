import type { ServiceImpl } from '@connectrpc/connect';
import type { TenantQuotaService } from '../../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import type { TenantQuotaContext } from '../../context.js';
import { getProject } from './get-project.js';
import { getTenant } from './get-tenant.js';
import { listTenants } from './list-tenants.js';
import { watchTenants } from './watch-tenants.js';

/** Every call of the contract. */
export function tenantQuotaCalls(context: TenantQuotaContext): ServiceImpl<typeof TenantQuotaService> {
  return {
    getTenant: getTenant(context),
    getProject: getProject(context),
    listTenants: listTenants(context),
    watchTenants: watchTenants(context),
  };
}
