import type { ServiceImpl } from '@connectrpc/connect';
import type { TenantAdminService } from '../../../../gen/es/gob/tenantquota/v1/admin_pb.js';
import { requireAdmin } from '../../../../lib/rpc/caller.js';
import type { TenantQuotaContext } from '../../context.js';
import { tenantsByCell } from '../../provisioning/place.js';

export function listCells({
  registry,
}: TenantQuotaContext): ServiceImpl<typeof TenantAdminService>['listCells'] {
  return (_request, context) => {
    requireAdmin(context);
    const tenants = tenantsByCell(registry);
    return {
      cells: registry.cells.map(({ name, database, dedicatedTenantId }) => ({
        ...{ name, database, dedicatedTenantId, tenants: tenants.get(name) ?? 0 },
      })),
    };
  };
}
