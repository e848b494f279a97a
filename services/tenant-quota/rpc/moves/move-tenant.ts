import type { ServiceImpl } from '@connectrpc/connect';
import type { MoveService } from '../../../../gen/es/gob/tenantquota/v1/moves_pb.js';
import { requireAdmin } from '../../../../lib/rpc/caller.js';
import type { TenantQuotaContext } from '../../context.js';
import { tablesOfTenant } from '../../provisioning/tenant-tables.js';
import { requireTenantId } from '../admin/entry.js';
import { toMove } from './to-move.js';

export function moveTenant({
  moves,
  registry,
  store,
}: TenantQuotaContext): ServiceImpl<typeof MoveService>['moveTenant'] {
  return async (request, context) => {
    const actor = requireAdmin(context);
    const question = { tenantId: requireTenantId(request.tenantId), toCell: request.toCell, actor };
    const { signal } = context;
    const move = request.dryRun ? await moves.plan(question, signal) : await moves.start(question, signal);
    const cell = registry.cell(move.fromCell);
    const tables = cell && request.dryRun ? await tablesOfTenant(store, cell, move.tenantId, signal) : [];
    return {
      move: toMove(move),
      tables: tables.map(({ table, rows, bytes }) => ({ table, rows: BigInt(rows), bytes: BigInt(bytes) })),
    };
  };
}
