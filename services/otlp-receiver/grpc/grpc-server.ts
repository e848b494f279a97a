import { logVerbosity, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js';
import { createServer, ServerError, Status } from 'nice-grpc';
import { HealthDefinition, HealthServiceImpl, HealthState } from 'nice-grpc-server-health';
import { type Address, formatAddress } from '../../../lib/config/address.js';
import { messageOf } from '../../../lib/errors/app-error.js';
import { bindError } from '../../../lib/lifecycle/listen.js';
import { type ExportTracesOptions, exportTraces } from './export-traces.js';
import { RawLogsService, RawMetricsService, RawTraceService, TRACE_SERVICE } from './raw-services.js';

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
export async function startGrpcServer(address: Address, options: ExportTracesOptions): Promise<GrpcServer> {
  // The library writes to stderr by itself what it also returns as errors.
  setLogVerbosity(logVerbosity.NONE);
  const health = HealthState();
  health.setStatus('healthy', TRACE_SERVICE);
  const server = createServer({
    'grpc.max_receive_message_length': options.ingest.maxRequestBytes,
    'grpc.max_send_message_length': MAX_RESPONSE_BYTES,
    'grpc.keepalive_time_ms': KEEPALIVE_TIME_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
  });
  server.add(RawTraceService, { export: exportTraces(options) });
  server.add(RawMetricsService, { export: refuse('metrics') });
  server.add(RawLogsService, { export: refuse('logs') });
  server.add(HealthDefinition, HealthServiceImpl(health));
  const port = await bind(server, address);
  return {
    url: `http://${formatAddress({ host: address.host, port })}`,
    close: async (graceMs) => {
      health.setStatus('unhealthy', TRACE_SERVICE);
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

function refuse(signal: 'metrics' | 'logs') {
  return async (): Promise<Uint8Array> => {
    throw new ServerError(
      Status.UNIMPLEMENTED,
      `This receiver takes traces only, not ${signal}: switch the ${signal} exporter off (OTEL_${signal.toUpperCase()}_EXPORTER=none).`,
    );
  };
}
