import type { Address } from '../../../lib/config/address.js';
import { type DualProtocolServer, startDualProtocolServer } from '../../../lib/rpc/dual-protocol-server.js';
import { type ExportHandlerOptions, handleExport } from './export-handler.js';

/** Exporters send a minute apart; a server that closes sooner does so just when the connection is used again. */
const KEEP_ALIVE_TIMEOUT_MS = 90_000;

/** OTLP over HTTP/1.1 and cleartext HTTP/2 on one port. */
export async function startHttpServer(
  address: Address,
  options: Omit<ExportHandlerOptions, 'isClosing'>,
): Promise<DualProtocolServer> {
  let isClosing = false;
  const server = await startDualProtocolServer({
    address,
    purpose: 'OTLP over HTTP (OTLP_HTTP_ADDRESS)',
    keepAliveTimeoutMs: KEEP_ALIVE_TIMEOUT_MS,
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
