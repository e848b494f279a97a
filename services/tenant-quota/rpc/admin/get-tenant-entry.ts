import type { ServiceImpl } from '@connectrpc/connect';
import type { TenantAdminService } from '../../../../gen/es/gob/tenantquota/v1/admin_pb.js';
import { requireAdmin } from '../../../../lib/rpc/caller.js';
import type { TenantQuotaContext } from '../../context.js';
import { requireTenant } from '../require-tenant.js';
import { requireTenantId, toEntry } from './entry.js';

export function getTenantEntry({
  registry,
  storage,
}: TenantQuotaContext): ServiceImpl<typeof TenantAdminService>['getTenantEntry'] {
  return ({ tenantId }, context) => {
    requireAdmin(context);
    const view = requireTenant(registry, requireTenantId(tenantId));
    return { entry: toEntry(view, storage.bytesOf(tenantId)) };
  };
}
