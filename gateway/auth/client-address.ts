import type { FastifyRequest } from 'fastify';
import { clientAddress } from '../../lib/auth/client-address.js';
import type { GatewayContext } from '../context.js';

/** Where a request comes from, as the gatekeeper's contract takes it: empty when its connection is gone already. */
export function clientAddressOf(
  { socket, headers }: FastifyRequest,
  { trustedProxies }: Pick<GatewayContext, 'trustedProxies'>,
): string {
  const forwarded = headers['x-forwarded-for'];
  const forwardedFor = Array.isArray(forwarded) ? forwarded.join(',') : forwarded;
  return clientAddress({ peer: socket.remoteAddress, forwardedFor }, trustedProxies) ?? '';
}
