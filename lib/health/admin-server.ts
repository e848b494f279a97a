import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Address } from '../config/address.js';
import { closeHttpServer, listen } from '../lifecycle/listen.js';
import type { ReadinessView } from './readiness.js';

export interface AdminServerOptions {
  readonly address: Address;
  readonly readiness: ReadinessView;
  /** Prometheus text of this process, and of its children where it has some. */
  readonly metricsText: () => Promise<string>;
}

export interface AdminServer {
  readonly url: string;
  close(): Promise<void>;
}

/** `/live` (this process answers), `/ready` (its dependencies too, else 503 with the reasons) and `/metrics` (Prometheus text). */
export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const server: Server = createServer((request, response) => {
    answer(request, response, options).catch(() => send(response, 500, 'text/plain', 'Internal error.\n'));
  });
  const url = await listen(server, options.address, 'metrics');
  return { url, close: () => closeHttpServer(server, 1000) };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: AdminServerOptions,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return send(response, 405, 'text/plain', 'Use GET.\n');
  switch (request.url?.split('?')[0]) {
    case '/live':
      return send(response, 200, 'application/json', '{"status":"live"}\n');
    case '/ready':
      return sendReadiness(response, options.readiness);
    case '/metrics':
      return send(response, 200, 'text/plain; version=0.0.4; charset=utf-8', await options.metricsText());
    default:
      return send(response, 404, 'text/plain', 'Try /live, /ready or /metrics.\n');
  }
}

function sendReadiness(response: ServerResponse, readiness: ReadinessView): void {
  const { isReady, blockers, concerns } = readiness;
  const degraded = Object.keys(concerns).length > 0 && { degraded: concerns };
  const body = { status: isReady ? 'ready' : 'not ready', waiting_for: blockers, ...degraded };
  send(response, isReady ? 200 : 503, 'application/json', `${JSON.stringify(body)}\n`);
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' }).end(body);
}
