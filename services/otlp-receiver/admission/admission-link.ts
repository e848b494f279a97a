import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  type AdmitRequestSchema,
  type AdmitResponse,
  GatekeeperService,
} from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import {
  RateLimitService,
  type ReturnLeasesRequestSchema,
} from '../../../gen/es/gob/gatekeeper/v1/limits_pb.js';
import {
  RoomService,
  type TakeRoomRequestSchema,
  type TakeRoomResponse,
} from '../../../gen/es/gob/gatekeeper/v1/room_pb.js';
import { createRpcClient } from '../../../lib/rpc/client.js';

/** What a receiver asks of the gatekeeper. */
export interface AdmissionLink {
  admit(request: MessageInitShape<typeof AdmitRequestSchema>): Promise<AdmitResponse>;
  returnLeases(request: MessageInitShape<typeof ReturnLeasesRequestSchema>): Promise<unknown>;
  takeRoom(request: MessageInitShape<typeof TakeRoomRequestSchema>): Promise<TakeRoomResponse>;
  close(): void;
}

const CALL_TIMEOUT_MS = 2_000;
const RETURN_TIMEOUT_MS = 1_000;
const ROOM_TIMEOUT_MS = 1_000;

export function openAdmissionLink(gatekeeperUrl: string): AdmissionLink {
  const gatekeeper = createRpcClient(GatekeeperService, { url: gatekeeperUrl, timeoutMs: CALL_TIMEOUT_MS });
  const limits = createRpcClient(RateLimitService, { url: gatekeeperUrl, timeoutMs: RETURN_TIMEOUT_MS });
  const room = createRpcClient(RoomService, { url: gatekeeperUrl, timeoutMs: ROOM_TIMEOUT_MS });
  return {
    admit: (request) => gatekeeper.calls.admit(request),
    returnLeases: (request) => limits.calls.returnLeases(request),
    takeRoom: (request) => room.calls.takeRoom(request),
    close: () => {
      gatekeeper.close();
      limits.close();
      room.close();
    },
  };
}
