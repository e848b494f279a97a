import { setMaxListeners } from 'node:events';
import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js';
import { type Address, formatAddress } from '../../../lib/config/address.js';
import type { Readiness } from '../../../lib/health/readiness.js';
import { bindError } from '../../../lib/lifecycle/listen.js';
import type { ReloadingTls } from '../../../lib/tls/reloading-tls.js';
import { SIGNALS } from '../signals/signals.js';
import { type ExportOptions, exportSignal } from './export-signal.js';
import { guardCalls } from './guard-calls.js';
import { addHealth } from './health.js';
import { rawExportService } from './raw-service.js';
import { addReflection } from './reflection.js';
import { ReloadingServerCredentials } from './server-credentials.js';
import { streamsUntil } from './streams-until.js';

/** Far more than an exporter has under way on one connection; grpc-js sets no bound by itself. */
const MAX_STREAMS = 256;
/** The OTLP specification's recommendation for a response. */
const MAX_RESPONSE_BYTES = 4 * 2 ** 20;
/** A connection that is silent for this long is asked whether it is still there. */
const KEEPALIVE_TIME_MS = 60_000;
const KEEPALIVE_TIMEOUT_MS = 20_000;
/** Clients answer pings for ever, so those without a call are asked to connect anew when they need to. Exporters do by themselves. */
const IDLE_TIMEOUT_MS = 5 * 60_000;

export interface GrpcServer {
  readonly url: string;
  /** Stops accepting, waits up to `graceMs` for running calls, then cuts them off. */
  close(graceMs: number): Promise<void>;
}

export interface GrpcServerOptions extends ExportOptions {
  readonly readiness: Readiness;
  /** Undefined: the port speaks in clear. */
  readonly tls: ReloadingTls | undefined;
  /** Time without a call after which a connection is closed. Default 5 min. */
  readonly idleTimeoutMs?: number;
}

/** OTLP over gRPC, with the standard health and reflection services. Many calls of one connection run at once. */
export async function startGrpcServer(address: Address, options: GrpcServerOptions): Promise<GrpcServer> {
  // The library writes to stderr by itself what it also returns as errors.
  setLogVerbosity(logVerbosity.NONE);
  const { tls } = options;
  const closing = new AbortController();
  // Every open stream listens; their number is the clients' affair.
  setMaxListeners(0, closing.signal);
  const server = new Server({
    'grpc.max_receive_message_length': options.ingest.maxRequestBytes,
    'grpc.max_send_message_length': MAX_RESPONSE_BYTES,
    'grpc.max_concurrent_streams': MAX_STREAMS,
    // Its book-keeping of every call costs a small export more than reading it does, and nobody asks for it.
    'grpc.enable_channelz': 0,
    'grpc.keepalive_time_ms': KEEPALIVE_TIME_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    'grpc.max_connection_idle_ms': options.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
    interceptors: [streamsUntil(closing.signal, guardCalls(options))],
  });
  for (const signal of Object.values(SIGNALS))
    server.addService(rawExportService(signal.grpcService), { export: exportSignal(signal, options) });
  const health = addHealth(server, options.readiness);
  await addReflection(server);
  const credentials = tls ? new ReloadingServerCredentials(tls) : ServerCredentials.createInsecure();
  const port = await bind(server, address, credentials);
  return {
    url: `${tls ? 'https' : 'http'}://${formatAddress({ host: address.host, port })}`,
    close: async (graceMs) => {
      health.stop();
      closing.abort();
      const timer = setTimeout(() => server.forceShutdown(), graceMs);
      await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      clearTimeout(timer);
    },
  };
}

function bind(server: Server, address: Address, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(formatAddress(address), credentials, (error, port) => {
      if (error) reject(toBindError(error, address));
      else resolve(port);
    });
  });
}

/** The library tells the system's code only in its sentence. */
function toBindError(error: Error, address: Address): Error {
  const code = /\bE[A-Z]{4,}\b/.exec(error.message)?.[0];
  const cause: NodeJS.ErrnoException = Object.assign(error, code && { code });
  return bindError(cause, address, 'OTLP over gRPC (OTLP_GRPC_ADDRESS)');
}
