import { setMaxListeners } from 'node:events';
import type { ConnectRouter } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import type { Address } from '../config/address.js';
import type { Logger } from '../telemetry/logger.js';
import type { Registry } from '../telemetry/metrics.js';
import type { AssertionVerifier } from './assertion.js';
import { startDualProtocolServer } from './dual-protocol-server.js';
import { errorInterceptor, identityInterceptor, metricsInterceptor } from './interceptors.js';

export interface RpcServerOptions {
  readonly address: Address;
  /** What the port is for, in errors. */
  readonly purpose: string;
  readonly routes: (router: ConnectRouter) => void;
  readonly logger: Logger;
  readonly registry: Registry;
  /**
   * Verifies the assertion on each call. `undefined` only for the gatekeeper, whose requests carry the credential itself.
   */
  readonly verifyAssertion: AssertionVerifier | undefined;
  /** Longest time that a caller may ask for. Default 60 s. */
  readonly maxTimeoutMs?: number;
  /** Largest message that is read. Default 4 MiB. */
  readonly readMaxBytes?: number;
}

export interface RpcServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Running calls get this long to finish when the server closes; then their signals end. */
const HANDLER_GRACE_MS = 3_000;
/** Connections that are still open after this are cut. */
const CLOSE_GRACE_MS = 5_000;

/**
 * Serves contracts over gRPC, gRPC-Web and Connect on one cleartext port, so that `grpcurl`, browsers and `curl` all work.
 * A handler's `context.signal` ends at the caller's deadline, when the caller goes away, and soon after the server
 * began to close. A stream without an end must watch its service's own stop as well.
 */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const closing = new AbortController();
  // Every running call listens, and streams run at the same time by the dozen.
  setMaxListeners(0, closing.signal);
  const { logger, registry, verifyAssertion } = options;
  const handler = connectNodeAdapter({
    routes: options.routes,
    shutdownSignal: closing.signal,
    maxTimeoutMs: options.maxTimeoutMs ?? 60_000,
    readMaxBytes: options.readMaxBytes ?? 4 * 2 ** 20,
    interceptors: [
      metricsInterceptor(registry),
      errorInterceptor(logger),
      ...(verifyAssertion ? [identityInterceptor(verifyAssertion)] : []),
    ],
  });
  const server = await startDualProtocolServer({
    address: options.address,
    purpose: options.purpose,
    handler,
  });
  return {
    url: server.url,
    close: async () => {
      const timer = setTimeout(() => closing.abort(), HANDLER_GRACE_MS);
      await server.close(CLOSE_GRACE_MS);
      clearTimeout(timer);
    },
  };
}
