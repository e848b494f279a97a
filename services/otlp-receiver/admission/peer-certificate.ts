import { TLSSocket } from 'node:tls';

/** Verified once per connection, so read once per connection. */
const byConnection = new WeakMap<object, { readonly der: Buffer | undefined }>();

/** DER of the client certificate that the handshake of this connection verified; undefined in clear or without one. */
export function peerCertificateOf(socket: object): Buffer | undefined {
  return rememberedPerConnection(socket, () =>
    socket instanceof TLSSocket && socket.authorized ? socket.getPeerX509Certificate()?.raw : undefined,
  );
}

/** Reads through a memory that ends with the connection. */
export function rememberedPerConnection(
  connection: object,
  read: () => Buffer | undefined,
): Buffer | undefined {
  const remembered = byConnection.get(connection);
  if (remembered) return remembered.der;
  const der = read();
  byConnection.set(connection, { der });
  return der;
}
