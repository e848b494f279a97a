import type { DescService } from '@bufbuild/protobuf';
import { MethodOptions_IdempotencyLevel } from '@bufbuild/protobuf/wkt';
import {
  type CallOptions,
  type Client,
  Code,
  ConnectError,
  createClient,
  type Interceptor,
} from '@connectrpc/connect';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import { pause } from '../lifecycle/pause.js';

export interface RpcClientOptions {
  /** Base URL of the service. */
  readonly url: string;
  /** Deadline of each unary call unless the call sets its own. */
  readonly timeoutMs: number;
}

export interface RpcClient<S extends DescService> {
  readonly calls: Client<S>;
  close(): void;
}

/** Further tries of a safe call, besides the first. */
const MAX_RETRIES = 2;
const RETRY_DELAY_MS = 50;

/** A client of one internal contract over gRPC. Bounded in time, size and retries; connects at the first call. */
export function createRpcClient<S extends DescService>(service: S, options: RpcClientOptions): RpcClient<S> {
  const sessions = new Http2SessionManager(options.url, { pingIntervalMs: 30_000, pingTimeoutMs: 5_000 });
  const transport = createGrpcTransport({
    baseUrl: options.url,
    sessionManager: sessions,
    defaultTimeoutMs: options.timeoutMs,
    readMaxBytes: 64 * 2 ** 20,
    interceptors: [retryInterceptor],
  });
  return { calls: createClient(service, transport), close: () => sessions.abort() };
}

/** Call options that carry an assertion. */
export function withAssertion(assertion: string, signal?: AbortSignal): CallOptions {
  return { headers: { authorization: `Bearer ${assertion}` }, ...(signal && { signal }) };
}

/** Repeats calls that the contract declares safe, and only when the service was not reached. */
const retryInterceptor: Interceptor = (next) => async (request) => {
  const isSafe =
    !request.stream && request.method.idempotency !== MethodOptions_IdempotencyLevel.IDEMPOTENCY_UNKNOWN;
  for (let attempt = 0; ; attempt++) {
    try {
      return await next(request);
    } catch (error) {
      const isUnreached =
        error instanceof ConnectError &&
        error.code === Code.Unavailable &&
        !error.metadata.has('gob-error-code');
      if (!isSafe || !isUnreached || attempt >= MAX_RETRIES || request.signal.aborted) throw error;
      await pause(RETRY_DELAY_MS * 2 ** attempt * (0.5 + Math.random()), request.signal);
    }
  }
};
