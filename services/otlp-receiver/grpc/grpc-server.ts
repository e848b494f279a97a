import { logVerbosity, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js';
import { createServer } from 'nice-grpc';
import { HealthDefinition, HealthServiceImpl, HealthState } from 'nice-grpc-server-health';
import { type Address, formatAddress } from '../../../lib/config/address.js';
import { messageOf } from '../../../lib/errors/app-error.js';
import { bindError } from '../../../lib/lifecycle/listen.js';
import { SIGNALS } from '../signals/signals.js';
import { type ExportOptions, exportSignal } from './export-signal.js';
import { rawExportService } from './raw-service.js';

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

/** OTLP over gRPC, with the standard health service. Many calls of one connection run at once. */
export async function startGrpcServer(address: Address, options: ExportOptions): Promise<GrpcServer> {
  // The library writes to stderr by itself what it also returns as errors.
  setLogVerbosity(logVerbosity.NONE);
  const health = HealthState();
  const signals = Object.values(SIGNALS);
  for (const { grpcService } of signals) health.setStatus('healthy', grpcService);
  const server = createServer({
    'grpc.max_receive_message_length': options.ingest.maxRequestBytes,
    'grpc.max_send_message_length': MAX_RESPONSE_BYTES,
    'grpc.keepalive_time_ms': KEEPALIVE_TIME_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
  });
  for (const signal of signals)
    server.add(rawExportService(signal.grpcService), { export: exportSignal(signal, options) });
  server.add(HealthDefinition, HealthServiceImpl(health));
  const port = await bind(server, address);
  return {
    url: `http://${formatAddress({ host: address.host, port })}`,
    close: async (graceMs) => {
      for (const { grpcService } of signals) health.setStatus('unhealthy', grpcService);
      const timer = setTimeout(() => server.forceShutdown(), graceMs);
      await server.shutdown();
      clearTimeout(timer);
    },
  };
}

async function bind(server: ReturnType<typeof createServer>, address: Address): Promise<number> {
  try {
    return await server.listen(formatAddress(address), ServerCredentials.createInsecure());
  } catch (error) {
    const code = /\bE[A-Z]{4,}\b/.exec(messageOf(error))?.[0];
    const cause: NodeJS.ErrnoException = error instanceof Error ? error : new Error(messageOf(error));
    throw bindError(Object.assign(cause, code && { code }), address, 'OTLP over gRPC (OTLP_GRPC_ADDRESS)');
  }
}
