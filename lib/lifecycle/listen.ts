import type { Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { type Address, formatAddress } from '../config/address.js';
import { AppError } from '../errors/app-error.js';

/** Binds a server and returns its URL. `purpose` names the setting in the error when the port cannot be had. */
export function listen(server: Server, address: Address, purpose: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException) => reject(bindError(cause, address, purpose));
    server.once('error', fail);
    server.listen({ host: address.host, port: address.port }, () => {
      server.off('error', fail);
      resolve(`http://${formatAddress(boundAddress(server, address))}`);
    });
  });
}

/** The port that was really bound, with the host as it was asked for. */
function boundAddress(server: Server, asked: Address): Address {
  return { host: asked.host, port: (server.address() as AddressInfo).port };
}

/** One line that says which address, for what, why not, and what to do. */
export function bindError(cause: NodeJS.ErrnoException, address: Address, purpose: string): AppError {
  const where = formatAddress(address);
  switch (cause.code) {
    case 'EADDRINUSE':
      return new AppError(
        'unavailable',
        `${purpose}: ${where} is already in use. Stop the other process or choose another port.`,
        { cause },
      );
    case 'EACCES':
      return new AppError(
        'unavailable',
        `${purpose}: not allowed to listen on ${where}. Ports below 1024 need privileges.`,
        { cause },
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new AppError('unavailable', `${purpose}: ${where} is not an address of this machine.`, {
        cause,
      });
    default:
      return new AppError(
        'unavailable',
        `${purpose}: cannot listen on ${where} (${cause.code ?? cause.message}).`,
        { cause },
      );
  }
}

/** Stops accepting, lets running requests finish for `graceMs`, then cuts what is left. */
export async function closeHttpServer(server: HttpServer, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
}

/** Binds and lets go again: finds out early, with a clear error, that an address cannot be had. */
export async function assertCanListen(address: Address, purpose: string): Promise<void> {
  const server = createServer();
  await listen(server, address, purpose);
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
