import type { Client, ServiceImpl } from '@connectrpc/connect';
import type { ReceiverPlacementService } from '../../../gen/es/gob/gatekeeper/v1/placement_pb.js';
import type { PlacementService } from '../../../gen/es/gob/tenantquota/v1/moves_pb.js';
import { withAssertion } from '../../../lib/rpc/client.js';

export interface PlacementRelay {
  readonly placement: Client<typeof PlacementService>;
  /** A fresh assertion that lets this service call tenant-quota. */
  readonly assertion: () => Promise<string>;
}

/** Only passed on: which rows go where is tenant-quota's to know. */
export function reportPlacement({
  placement,
  assertion,
}: PlacementRelay): ServiceImpl<typeof ReceiverPlacementService>['reportPlacement'] {
  return async ({ receiver, drainedTokens }, { signal }) => {
    const options = withAssertion(await assertion(), signal);
    const { routes } = await placement.reportPlacement({ receiver, drainedTokens }, options);
    return { routes };
  };
}
