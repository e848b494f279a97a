import type { ServiceImpl } from '@connectrpc/connect';
import type { TenantAdminService } from '../../../../gen/es/gob/tenantquota/v1/admin_pb.js';
import { requireAdmin } from '../../../../lib/rpc/caller.js';
import type { TenantQuotaContext } from '../../context.js';
import { resolveLimits } from '../../registry/tiers.js';
import { toLimits } from '../to-proto.js';
import { requireTier, toOverrides } from './entry.js';

export function getTier({ registry }: TenantQuotaContext): ServiceImpl<typeof TenantAdminService>['getTier'] {
  return (request, context) => {
    requireAdmin(context);
    const tier = requireTier(request.tier);
    registry.all();
    const record = registry.tier(tier);
    return {
      overrides: toOverrides(record?.limits ?? {}),
      limits: toLimits(resolveLimits(tier, {}, record?.limits)),
      version: BigInt(record?.version ?? 0),
    };
  };
}
