import type { ServiceImpl } from '@connectrpc/connect';
import type { MoveService } from '../../../../gen/es/gob/tenantquota/v1/moves_pb.js';
import { AppError } from '../../../../lib/errors/app-error.js';
import { requireAdmin } from '../../../../lib/rpc/caller.js';
import type { TenantQuotaContext } from '../../context.js';
import { requireTenantId } from '../admin/entry.js';
import { toMove } from './to-move.js';

export function getMove({ moves }: TenantQuotaContext): ServiceImpl<typeof MoveService>['getMove'] {
  return async (request, context) => {
    requireAdmin(context);
    const tenantId = requireTenantId(request.tenantId);
    const move = await moves.find(tenantId, context.signal);
    if (move) return { move: toMove(move) };
    throw new AppError('not_found', `Tenant ${tenantId} was never moved.`, { field: 'tenant_id' });
  };
}
