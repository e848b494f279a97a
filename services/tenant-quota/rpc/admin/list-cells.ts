import type { ServiceImpl } from '@connectrpc/connect';
import type { TenantAdminService } from '../../../../gen/es/gob/tenantquota/v1/admin_pb.js';
import { requireAdmin } from '../../../../lib/rpc/caller.js';
import { parseCellAddress } from '../../../../lib/store/cell-address.js';
import type { TenantQuotaContext } from '../../context.js';
import { tenantsByCell } from '../../provisioning/place.js';
import type { CellRecord } from '../../registry/tenant-record.js';

export function listCells({
  registry,
}: TenantQuotaContext): ServiceImpl<typeof TenantAdminService>['listCells'] {
  return (_request, context) => {
    requireAdmin(context);
    const tenants = tenantsByCell(registry);
    return { cells: registry.cells.map((cell) => toCellMessage(cell, tenants)) };
  };
}

/** A cell as the contract shows it; `tenants` counts them by the cell's name. */
export function toCellMessage(
  { name, database, dedicatedTenantId }: Omit<CellRecord, 'version'>,
  tenants: ReadonlyMap<string, number>,
) {
  return { name, dedicatedTenantId, tenants: tenants.get(name) ?? 0, ...parseCellAddress(database) };
}
