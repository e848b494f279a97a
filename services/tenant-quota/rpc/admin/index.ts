import type { ServiceImpl } from '@connectrpc/connect';
import type { TenantAdminService } from '../../../../gen/es/gob/tenantquota/v1/admin_pb.js';
import type { TenantQuotaContext } from '../../context.js';
import { deleteTenant } from './delete-tenant.js';
import { getTenantEntry } from './get-tenant-entry.js';
import { getTier } from './get-tier.js';
import { listAudit } from './list-audit.js';
import { listCells } from './list-cells.js';
import { listTenantEntries } from './list-tenant-entries.js';
import { planRetention } from './plan-retention.js';
import { putCell } from './put-cell.js';
import { putTenant } from './put-tenant.js';
import { putTier } from './put-tier.js';

/** Every call of the contract. */
export function tenantAdminCalls(
  context: TenantQuotaContext,
): Partial<ServiceImpl<typeof TenantAdminService>> {
  return {
    getTenantEntry: getTenantEntry(context),
    listTenantEntries: listTenantEntries(context),
    putTenant: putTenant(context),
    deleteTenant: deleteTenant(context),
    getTier: getTier(context),
    putTier: putTier(context),
    listCells: listCells(context),
    putCell: putCell(context),
    planRetention: planRetention(context),
    listAudit: listAudit(context),
  };
}
