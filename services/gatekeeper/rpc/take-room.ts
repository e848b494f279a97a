import type { ServiceImpl } from '@connectrpc/connect';
import type { RoomService } from '../../../gen/es/gob/gatekeeper/v1/room_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import type { GatekeeperContext } from '../context.js';
import { SIGNAL_NAMES } from '../rate-limit/rate-limits.js';

const MAX_CLAIMS = 100;
const MAX_HOLDER_LENGTH = 64;

/** Only who was let in lately has a seal of the tenant; what others say of its room is not looked at. */
export function takeRoom({
  directory,
  leaseSeals,
  rooms,
}: Pick<GatekeeperContext, 'directory' | 'leaseSeals' | 'rooms'>): ServiceImpl<
  typeof RoomService
>['takeRoom'] {
  return async ({ tenantId, signal, seal, holder, claims }) => {
    if (claims.length > MAX_CLAIMS)
      throw invalid('claims', `At most ${MAX_CLAIMS} claims at once, got ${claims.length}.`);
    if (holder === '' || holder.length > MAX_HOLDER_LENGTH)
      throw invalid('holder', `holder must have 1 to ${MAX_HOLDER_LENGTH} characters.`);
    const name = SIGNAL_NAMES[signal];
    if (!name || !leaseSeals.isKnown({ tenantId, signal: name }, [seal]))
      throw new AppError(
        'permission_denied',
        'The seal was not given for this tenant and signal, or lately.',
      );
    const limits = directory.findTenant(tenantId)?.limits;
    if (!limits)
      throw new AppError('unavailable', 'The tenant has no limits at the moment; try again shortly.');
    const owner = { tenantId, signal, limits, holder };
    const grants = await Promise.all(claims.map((claim) => rooms.take(owner, claim)));
    return {
      grants: grants.map(({ granted, isCounted, others }) => ({
        granted: BigInt(granted),
        isCounted,
        others: BigInt(others),
      })),
    };
  };
}

function invalid(field: string, message: string): AppError {
  return new AppError('invalid_argument', message, { field });
}
