import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayConfig } from '../config.js';

export const SESSION_COOKIE = 'gob_session';
/** Life of the cookie; the gatekeeper may end the session earlier. */
const MAX_AGE_SECONDS = 30 * 86_400;

export function readSessionCookie(request: FastifyRequest): string | undefined {
  return request.cookies[SESSION_COOKIE] || undefined;
}

/** Lax: sent with navigation from other sites, so that links work, but not with their requests. */
function attributes(config: GatewayConfig) {
  const secure = config.gatewayPublicUrl?.startsWith('https:') ?? false;
  return { httpOnly: true, sameSite: 'lax', path: '/', secure } as const;
}

export function setSessionCookie(reply: FastifyReply, config: GatewayConfig, sessionId: string): void {
  reply.setCookie(SESSION_COOKIE, sessionId, { ...attributes(config), maxAge: MAX_AGE_SECONDS });
}

export function clearSessionCookie(reply: FastifyReply, config: GatewayConfig): void {
  reply.clearCookie(SESSION_COOKIE, attributes(config));
}
