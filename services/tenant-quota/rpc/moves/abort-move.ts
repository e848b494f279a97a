import type { ServiceImpl } from '@connectrpc/connect';
import type { MoveService } from '../../../../gen/es/gob/tenantquota/v1/moves_pb.js';
import { requireAdmin } from '../../../../lib/rpc/caller.js';
import type { TenantQuotaContext } from '../../context.js';
import { requireTenantId } from '../admin/entry.js';
import { toMove } from './to-move.js';

export function abortMove({ moves }: TenantQuotaContext): ServiceImpl<typeof MoveService>['abortMove'] {
  return async (request, context) => {
    const actor = requireAdmin(context);
    return { move: toMove(await moves.abort(requireTenantId(request.tenantId), actor, context.signal)) };
  };
}
