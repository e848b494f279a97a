import { logVerbosity, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js';
import { createServer, type Server } from 'nice-grpc';
import { type Address, formatAddress } from '../../../lib/config/address.js';
import { messageOf } from '../../../lib/errors/app-error.js';
import type { Readiness } from '../../../lib/health/readiness.js';
import { bindError } from '../../../lib/lifecycle/listen.js';
import type { ReloadingTls } from '../../../lib/tls/reloading-tls.js';
import { SIGNALS } from '../signals/signals.js';
import { connectionFacts } from './connection-facts.js';
import { type ExportOptions, exportSignal } from './export-signal.js';
import { addHealth } from './health.js';
import { rawExportService } from './raw-service.js';
import { addReflection } from './reflection.js';
import { ReloadingServerCredentials } from './server-credentials.js';

/** Far more than an exporter has under way on one connection; grpc-js sets no bound by itself. */
const MAX_STREAMS = 1_000;
/** The OTLP specification's recommendation for a response. */
const MAX_RESPONSE_BYTES = 4 * 2 ** 20;
/** A connection that is silent for this long is asked whether it is still there. */
const KEEPALIVE_TIME_MS = 60_000;
const KEEPALIVE_TIMEOUT_MS = 20_000;

export interface GrpcServer {
  readonly url: string;
  /** Stops accepting, waits up to `graceMs` for running calls, then cuts them off. */
  close(graceMs: number): Promise<void>;
}

export interface GrpcServerOptions extends ExportOptions {
  readonly readiness: Readiness;
  /** Undefined: the port speaks in clear. */
  readonly tls: ReloadingTls | undefined;
}

/** OTLP over gRPC, with the standard health and reflection services. Many calls of one connection run at once. */
export async function startGrpcServer(address: Address, options: GrpcServerOptions): Promise<GrpcServer> {
  // The library writes to stderr by itself what it also returns as errors.
  setLogVerbosity(logVerbosity.NONE);
  const { tls } = options;
  const server = createServer({
    'grpc.max_receive_message_length': options.ingest.maxRequestBytes,
    'grpc.max_send_message_length': MAX_RESPONSE_BYTES,
    'grpc.max_concurrent_streams': MAX_STREAMS,
    'grpc.keepalive_time_ms': KEEPALIVE_TIME_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    interceptors: [connectionFacts],
  });
  for (const signal of Object.values(SIGNALS))
    server.add(rawExportService(signal.grpcService), { export: exportSignal(signal, options) });
  const closing = new AbortController();
  const health = addHealth(server, options.readiness, closing.signal);
  await addReflection(server, closing.signal);
  const credentials = tls ? new ReloadingServerCredentials(tls) : ServerCredentials.createInsecure();
  const port = await bind(server, address, credentials);
  return {
    url: `${tls ? 'https' : 'http'}://${formatAddress({ host: address.host, port })}`,
    close: async (graceMs) => {
      health.stop();
      closing.abort();
      const timer = setTimeout(() => server.forceShutdown(), graceMs);
      await server.shutdown();
      clearTimeout(timer);
    },
  };
}

async function bind(server: Server, address: Address, credentials: ServerCredentials): Promise<number> {
  try {
    return await server.listen(formatAddress(address), credentials);
  } catch (error) {
    const code = /\bE[A-Z]{4,}\b/.exec(messageOf(error))?.[0];
    const cause: NodeJS.ErrnoException = error instanceof Error ? error : new Error(messageOf(error));
    throw bindError(Object.assign(cause, code && { code }), address, 'OTLP over gRPC (OTLP_GRPC_ADDRESS)');
  }
}
