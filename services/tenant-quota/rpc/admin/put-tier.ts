import type { ServiceImpl } from '@connectrpc/connect';
import type { TenantAdminService } from '../../../../gen/es/gob/tenantquota/v1/admin_pb.js';
import { AppError } from '../../../../lib/errors/app-error.js';
import { requireAdmin } from '../../../../lib/rpc/caller.js';
import type { TenantQuotaContext } from '../../context.js';
import { findBadLimit } from '../../registry/limits.js';
import { expectedVersion, fromOverrides, requireTier } from './entry.js';

export function putTier({
  registry,
  writer,
  keeper,
}: TenantQuotaContext): ServiceImpl<typeof TenantAdminService>['putTier'] {
  return async (request, context) => {
    const actor = requireAdmin(context);
    const tier = requireTier(request.tier);
    const limits = fromOverrides(request.limits);
    const bad = findBadLimit(limits);
    if (bad) throw new AppError('invalid_argument', bad.message, { field: bad.field });
    registry.all();
    const { dryRun } = request;
    const expected = expectedVersion(request.expectedVersion);
    const change = { actor, action: 'put_tier', tier, limits, dryRun, expectedVersion: expected };
    const { changes, version } = await writer.changeTier(change, context.signal);
    if (!dryRun && changes.length > 0) await keeper.refresh(context.signal);
    return { changes: [...changes], version: BigInt(version) };
  };
}
