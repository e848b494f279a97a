import { type ClientRequestArgs, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';

/** Longest time to set up one TCP connection. */
const CONNECT_TIMEOUT_MS = 5_000;
/**
 * Silence on a socket after which it is given up. Answers come only when a statement is done, so this must exceed every
 * time budget; each call has a deadline of its own below it.
 */
export const SOCKET_TIMEOUT_MS = 330_000;

export interface StoreClientOptions {
  /** With user and password in it, or beside it. */
  readonly url: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** Authorities that vouch for the server, PEM. Default: the system's. */
  readonly ca?: string | undefined;
  readonly application: string;
  readonly maxConnections: number;
}

type OnCreate = (error: Error | null, stream: Duplex) => void;

/** Without its own limit a connection to a host that drops packets hangs for minutes. */
function limitConnectTime(socket: Duplex | null | undefined): Duplex | null | undefined {
  if (!(socket instanceof Socket) || !socket.connecting) return socket;
  const timer = setTimeout(
    () => socket.destroy(new Error(`no connection after ${CONNECT_TIMEOUT_MS} ms`)),
    CONNECT_TIMEOUT_MS,
  );
  const done = () => clearTimeout(timer);
  socket.once('connect', done).once('close', done);
  return socket;
}

class BoundedHttpAgent extends HttpAgent {
  override createConnection(options: ClientRequestArgs, onCreate?: OnCreate) {
    return limitConnectTime(super.createConnection(options, onCreate));
  }
}

class BoundedHttpsAgent extends HttpsAgent {
  override createConnection(options: ClientRequestArgs, onCreate?: OnCreate) {
    return limitConnectTime(super.createConnection(options, onCreate));
  }
}

/** The ClickHouse client as this project uses it: silent (errors carry their cause), bounded, without sessions. */
export function createStoreClient(options: StoreClientOptions) {
  const agentOptions = { keepAlive: true, maxSockets: options.maxConnections };
  const { url, user, password, ca } = options;
  const isHttps = url.startsWith('https:');
  return createClient({
    url,
    ...(user !== undefined && { username: user, password: password ?? '' }),
    application: options.application,
    http_agent: isHttps
      ? new BoundedHttpsAgent({ ...agentOptions, ...(ca !== undefined && { ca }) })
      : new BoundedHttpAgent(agentOptions),
    max_open_connections: options.maxConnections,
    request_timeout: SOCKET_TIMEOUT_MS,
    compression: { request: false, response: false },
    keep_alive: { enabled: true, idle_socket_ttl: 2_000, eagerly_destroy_stale_sockets: true },
    use_multipart_params_auto: true,
    log: { level: ClickHouseLogLevel.OFF },
  });
}

export type StoreClient = ReturnType<typeof createStoreClient>;
