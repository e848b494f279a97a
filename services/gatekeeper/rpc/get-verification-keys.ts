import type { ServiceImpl } from '@connectrpc/connect';
import type { GatekeeperService } from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import type { GatekeeperContext } from '../context.js';

export function getVerificationKeys(
  context: GatekeeperContext,
): ServiceImpl<typeof GatekeeperService>['getVerificationKeys'] {
  return async () => ({ jwksJson: context.keys.jwksJson });
}
