import type { Address } from '../../../lib/config/address.js';
import { type DualProtocolServer, startDualProtocolServer } from '../../../lib/rpc/dual-protocol-server.js';
import type { ReloadingTls } from '../../../lib/tls/reloading-tls.js';
import { type ExportHandlerOptions, handleExport } from './export-handler.js';

/** Exporters send a minute apart; a server that closes sooner does so just when the connection is used again. */
const KEEP_ALIVE_TIMEOUT_MS = 90_000;

export interface HttpServerOptions extends Omit<ExportHandlerOptions, 'isClosing'> {
  /** Undefined: the port speaks in clear. */
  readonly tls: ReloadingTls | undefined;
}

/** OTLP over HTTP/1.1 and HTTP/2 on one port. */
export async function startHttpServer(
  address: Address,
  { tls, ...options }: HttpServerOptions,
): Promise<DualProtocolServer> {
  let isClosing = false;
  const server = await startDualProtocolServer({
    address,
    purpose: 'OTLP over HTTP (OTLP_HTTP_ADDRESS)',
    keepAliveTimeoutMs: KEEP_ALIVE_TIMEOUT_MS,
    tls,
    handlesContinue: true,
    handler: (request, response) =>
      void handleExport(request, response, { ...options, isClosing: () => isClosing }),
  });
  return {
    url: server.url,
    close: (graceMs) => {
      isClosing = true;
      return server.close(graceMs);
    },
  };
}
