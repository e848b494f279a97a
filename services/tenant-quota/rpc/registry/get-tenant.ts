import type { ServiceImpl } from '@connectrpc/connect';
import type { TenantQuotaService } from '../../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import { requireService } from '../../../../lib/rpc/caller.js';
import type { TenantQuotaContext } from '../../context.js';
import { requireTenantId } from '../admin/entry.js';
import { requireTenant } from '../require-tenant.js';
import { toProto } from '../to-proto.js';

export function getTenant({
  registry,
}: TenantQuotaContext): ServiceImpl<typeof TenantQuotaService>['getTenant'] {
  return ({ tenantId }, context) => {
    requireService(context);
    return { tenant: toProto(requireTenant(registry, requireTenantId(tenantId))) };
  };
}
