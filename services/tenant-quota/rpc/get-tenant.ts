import type { ServiceImpl } from '@connectrpc/connect';
import type { TenantQuotaService } from '../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import { requireService } from '../../../lib/rpc/caller.js';
import type { TenantQuotaContext } from '../context.js';
import { toProto } from './to-proto.js';

export function getTenant({
  registry,
}: TenantQuotaContext): ServiceImpl<typeof TenantQuotaService>['getTenant'] {
  return ({ tenantId }, context) => {
    requireService(context);
    if (tenantId === 0)
      throw new AppError('invalid_argument', 'tenant_id is required.', { field: 'tenant_id' });
    const tenant = registry.tenant(tenantId);
    if (!tenant) throw new AppError('not_found', `There is no tenant ${tenantId}.`, { field: 'tenant_id' });
    return { tenant: toProto(tenant, registry) };
  };
}
