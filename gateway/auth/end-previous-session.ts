import type { FastifyRequest } from 'fastify';
import type { GatewayContext } from '../context.js';
import { readSessionCookie } from './session-cookie.js';

/** With a new session the one before it is over, whoever's it was. That it cannot be ended keeps nobody out. */
export async function endPreviousSession(
  request: FastifyRequest,
  { gatekeeper }: GatewayContext,
): Promise<void> {
  const sessionId = readSessionCookie(request);
  if (sessionId !== undefined) await gatekeeper.signOut({ sessionId }).catch(() => undefined);
}
