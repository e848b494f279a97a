import { GatekeeperService } from '../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { fromConnectError } from '../errors/connect.js';
import { createRpcClient } from './client.js';

export interface GatekeeperKeys {
  /** The gatekeeper's current JWKS document. */
  readonly fetch: () => Promise<string>;
  close(): void;
}

const FETCH_TIMEOUT_MS = 2_000;

/** Where verifiers get the gatekeeper's public keys from. */
export function createGatekeeperKeys(gatekeeperUrl: string): GatekeeperKeys {
  const client = createRpcClient(GatekeeperService, { url: gatekeeperUrl, timeoutMs: FETCH_TIMEOUT_MS });
  const fetch = async () => {
    try {
      return (await client.calls.getVerificationKeys({})).jwksJson;
    } catch (error) {
      throw fromConnectError(error);
    }
  };
  return { fetch, close: () => client.close() };
}
