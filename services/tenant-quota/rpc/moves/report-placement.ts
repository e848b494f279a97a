import type { ServiceImpl } from '@connectrpc/connect';
import type { PlacementService } from '../../../../gen/es/gob/tenantquota/v1/moves_pb.js';
import { AppError } from '../../../../lib/errors/app-error.js';
import { requireService } from '../../../../lib/rpc/caller.js';
import type { TenantQuotaContext } from '../../context.js';

/** Longest name of a receiver, so that nobody fills the shared store with one. */
const MAX_NAME_CHARACTERS = 200;

export function reportPlacement({
  registry,
  moves,
  receivers,
}: TenantQuotaContext): ServiceImpl<typeof PlacementService>['reportPlacement'] {
  return async ({ receiver, drainedTokens }, context) => {
    requireService(context);
    if (receiver === '' || receiver.length > MAX_NAME_CHARACTERS)
      throw new AppError('invalid_argument', `receiver must be 1 to ${MAX_NAME_CHARACTERS} characters.`, {
        field: 'receiver',
      });
    await receivers.report(receiver, drainedTokens.map(Number));
    const databaseOf = (cell: string) => registry.cell(cell)?.database ?? '';
    const routes = moves.routes.map(({ tenantId, fromCell, toCell, token }) => ({
      ...{ tenantId, token: BigInt(token) },
      fromDatabase: databaseOf(fromCell),
      toDatabase: databaseOf(toCell),
    }));
    return { routes: routes.filter(({ fromDatabase, toDatabase }) => fromDatabase && toDatabase) };
  };
}
