import {
  createServer as createHttp1Server,
  type Server as Http1Server,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import {
  createServer as createHttp2Server,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Address } from '../config/address.js';
import { listen } from '../lifecycle/listen.js';
import type { ReloadingTls } from '../tls/reloading-tls.js';
import { HTTP2_SETTINGS, limitHttp2 } from './http2-limits.js';

export type DualProtocolHandler = (
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
) => void;

export interface DualProtocolOptions {
  readonly address: Address;
  /** What the port is for, in errors. */
  readonly purpose: string;
  readonly handler: DualProtocolHandler;
  /** Silence after which an idle connection is closed. OTLP exporters reuse connections a minute apart: default 90 s. */
  readonly keepAliveTimeoutMs?: number;
  /** Encrypts the port: HTTP/2 and HTTP/1.1 are then told apart by ALPN. */
  readonly tls?: ReloadingTls | undefined;
  /** The handler answers `Expect: 100-continue` itself, with `writeContinue()`, once it wants the body. */
  readonly handlesContinue?: boolean;
  /** Longest time for a new connection to show which protocol it speaks. Default 30 s. */
  readonly prefaceTimeoutMs?: number;
  /** Longest time for a whole request to arrive. Default 60 s. */
  readonly requestTimeoutMs?: number;
}

export interface DualProtocolServer {
  readonly url: string;
  /** Stops accepting, waits up to `graceMs` for running requests, then cuts them off. */
  close(graceMs: number): Promise<void>;
}

/** Every HTTP/2 connection without TLS begins with this (RFC 9113 §3.4); no HTTP/1.1 request does. */
const HTTP2_PREFACE = 'PRI * HTTP/2.0';
const KEEP_ALIVE_TIMEOUT_MS = 90_000;
const PREFACE_TIMEOUT_MS = 30_000;
const REQUEST_TIMEOUT_MS = 60_000;

/** HTTP/1.1 and HTTP/2 on one port: in clear told apart by the first bytes of a connection, under TLS by ALPN. */
export async function startDualProtocolServer(options: DualProtocolOptions): Promise<DualProtocolServer> {
  const silenceMs = options.keepAliveTimeoutMs ?? KEEP_ALIVE_TIMEOUT_MS;
  const requestTimeoutMs = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  const http1 = createHttp1Server(
    { keepAliveTimeout: silenceMs, requestTimeout: requestTimeoutMs },
    options.handler,
  );
  // It never listens itself, and only this event makes it watch over its connections: header and request timeouts, and the
  // list that closeIdleConnections() works on.
  http1.emit('listening');
  const http2 = createHttp2Server({ settings: HTTP2_SETTINGS }, options.handler);
  limitHttp2(http2, { silenceMs, requestTimeoutMs });
  if (options.handlesContinue) {
    for (const server of [http1, http2])
      server.on('checkContinue', options.handler).on('checkExpectation', options.handler);
  }
  const sessions = new Set<ServerHttp2Session>();
  http2.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  const { tls } = options;
  const routes = { http1, http2, prefaceTimeoutMs: options.prefaceTimeoutMs ?? PREFACE_TIMEOUT_MS };
  const tcp = tls
    ? listenerUnderTls(tls, routes)
    : createTcpServer((socket) => routeByPreface(socket, routes));
  const sockets = new Set<Socket>();
  tcp.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const url = await listen(tcp, options.address, options.purpose);
  return {
    url: tls ? url.replace(/^http:/, 'https:') : url,
    close: (graceMs) => closeAll({ tcp, http1, sessions, sockets, graceMs }),
  };
}

interface Routes {
  readonly http1: Http1Server;
  readonly http2: Http2Server;
  readonly prefaceTimeoutMs: number;
}

/** Clients that offer no ALPN get HTTP/1.1. */
function listenerUnderTls(tls: ReloadingTls, { http1, http2, prefaceTimeoutMs }: Routes): Server {
  const server = createTlsServer({
    ...tls.contextOptions,
    requestCert: tls.requiresClientCertificate,
    rejectUnauthorized: tls.requiresClientCertificate,
    ALPNProtocols: ['h2', 'http/1.1'],
    handshakeTimeout: prefaceTimeoutMs,
  });
  server.on('secureConnection', (socket) => {
    socket.on('error', () => socket.destroy());
    (socket.alpnProtocol === 'h2' ? http2 : http1).emit('connection', socket);
  });
  tls.onReload((options) => server.setSecureContext(options));
  return server;
}

/** The first bytes may come one by one, and `P` begins POST and PUT as well, so bytes are gathered until they tell. */
function routeByPreface(socket: Socket, { http1, http2, prefaceTimeoutMs }: Routes): void {
  const giveUp = () => socket.destroy();
  const timer = setTimeout(giveUp, prefaceTimeoutMs);
  socket.on('error', giveUp).once('close', () => clearTimeout(timer));
  let seen: Buffer = Buffer.alloc(0);
  const onData = (chunk: Buffer) => {
    seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
    const start = seen.subarray(0, HTTP2_PREFACE.length).toString('latin1');
    const isPreface = start === HTTP2_PREFACE.slice(0, start.length);
    if (isPreface && start.length < HTTP2_PREFACE.length) return;
    clearTimeout(timer);
    socket.off('data', onData);
    socket.pause();
    socket.unshift(seen);
    (isPreface ? http2 : http1).emit('connection', socket);
    if (!isPreface) socket.resume();
  };
  socket.on('data', onData);
}

interface Closing {
  readonly tcp: Server;
  readonly http1: Http1Server;
  readonly sessions: ReadonlySet<ServerHttp2Session>;
  readonly sockets: ReadonlySet<Socket>;
  readonly graceMs: number;
}

async function closeAll({ tcp, http1, sessions, sockets, graceMs }: Closing): Promise<void> {
  const closed = new Promise<void>((resolve) => tcp.close(() => resolve()));
  http1.close();
  http1.closeIdleConnections();
  for (const session of sessions) session.close();
  const timer = setTimeout(() => {
    for (const socket of sockets) socket.destroy();
  }, graceMs);
  await closed;
  clearTimeout(timer);
}
