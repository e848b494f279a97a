import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { ClickHouseException } from '../clickhouse-exception.js';
import { type Account, authenticate } from './auth.js';
import type { ExecuteContext } from './execute.js';
import { QueryHandler } from './query-handler.js';
import { sendException } from './respond.js';

export interface HttpServerOptions extends ExecuteContext {
  readonly account: Account;
  readonly logger: Logger;
}

/** Longer than clients keep idle connections (60 s is common), so that the client closes first. */
const KEEP_ALIVE_MS = 75_000;
/** Room for a statement with its parameters in the URL; the ClickHouse default for a URI is 1 MiB. */
const MAX_HEADER_BYTES = 2 * 2 ** 20;
/** A slow upload may take this long. */
const REQUEST_TIMEOUT_MS = 600_000;

/** ClickHouse's HTTP interface in front of the engine; not yet listening. */
export function createHttpInterface(options: HttpServerOptions): Server {
  const handler = new QueryHandler(options, options.logger);
  const server = createServer(
    {
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAlive: true,
    },
    (incoming, response) => {
      // A server that closes waits for its connections, also for those that are kept alive and idle by now.
      response.once('close', () => {
        if (!server.listening) setImmediate(() => server.closeIdleConnections());
      });
      void respond(options, handler, incoming, response);
    },
  );
  return server;
}

async function respond(
  options: HttpServerOptions,
  handler: QueryHandler,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader('X-ClickHouse-Server-Display-Name', hostname());
  try {
    await route(options, handler, incoming, response);
  } catch (error) {
    const exception = asException(error);
    const isOurs = !(error instanceof ClickHouseException) && !response.destroyed;
    if (isOurs) options.logger.error({ err: error, path: incoming.url?.split('?')[0] }, 'request failed');
    // What is left of a refused body is not worth reading.
    if (!incoming.complete && !response.headersSent) response.setHeader('Connection', 'close');
    sendException(response, exception, options.engine.version);
  }
}

async function route(
  options: HttpServerOptions,
  handler: QueryHandler,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = urlOf(incoming);
  if (url.pathname === '/ping') return sendOk(response);
  if (url.pathname === '/replicas_status') {
    await options.engine.probe();
    return sendOk(response);
  }
  if (url.pathname !== '/') return sendNotFound(response, url.pathname);
  if (!['GET', 'HEAD', 'POST'].includes(incoming.method ?? '')) return sendMethodNotAllowed(response);
  if (incoming.method === 'GET' && !url.searchParams.has('query')) return sendOk(response);
  authenticate(incoming, url, options.account);
  return handler.handle(incoming, response, url);
}

/** The Host header is the caller's word, and so may be anything. */
function urlOf({ url = '/', headers }: IncomingMessage): URL {
  const base = `http://${headers.host ?? 'localhost'}`;
  const whole = URL.canParse(base) && url.startsWith('/') ? `${new URL(base).origin}${url}` : url;
  if (URL.canParse(whole)) return new URL(whole);
  throw new ClickHouseException(
    36,
    'BAD_ARGUMENTS',
    'The Host header or the address of the request is malformed',
  );
}

function sendOk(response: ServerResponse): void {
  response.setHeader('Content-Type', 'text/html; charset=UTF-8');
  response.end('Ok.\n');
}

function sendNotFound(response: ServerResponse, path: string): void {
  response.statusCode = 404;
  response.setHeader('Content-Type', 'text/plain; charset=UTF-8');
  response.end(`There is no handle ${path}. Use / or /ping for health checks, or /replicas_status.\n`);
}

function sendMethodNotAllowed(response: ServerResponse): void {
  response.statusCode = 405;
  response.setHeader('Allow', 'GET, HEAD, POST');
  response.end();
}

function asException(error: unknown): ClickHouseException {
  if (error instanceof ClickHouseException) return error;
  return new ClickHouseException(
    1002,
    'UNKNOWN_EXCEPTION',
    'The request failed inside the embedded server; see its log',
  );
}
