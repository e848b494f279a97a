import { type Timestamp, timestampMs } from '@bufbuild/protobuf/wkt';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../lib/errors/app-error.js';
import type { GatewayConfig } from '../config.js';

const SESSION_COOKIE = 'gob_session';

export function readSessionCookie(request: FastifyRequest): string | undefined {
  return request.cookies[SESSION_COOKIE] || undefined;
}

/** Lax, the default: sent with navigation from other sites, so that links work, but not with their requests. */
function attributes(config: GatewayConfig) {
  const { gatewaySessionSameSite: sameSite, gatewaySessionPartitioned: partitioned } = config;
  return {
    httpOnly: true,
    sameSite,
    path: '/',
    secure: isSecure(config),
    ...(partitioned && { partitioned }),
  } as const;
}

function isSecure({ gatewayPublicUrl }: GatewayConfig): boolean {
  return gatewayPublicUrl?.startsWith('https:') ?? false;
}

/** Browsers drop a cookie with `SameSite=None` that is not Secure, and nobody could stay signed in. */
export function requireUsableCookie(config: GatewayConfig): void {
  const { gatewaySessionSameSite: sameSite, gatewaySessionPartitioned: partitioned } = config;
  if (sameSite === 'none' && !isSecure(config))
    throw new AppError(
      'invalid_argument',
      'GATEWAY_SESSION_SAME_SITE=none needs GATEWAY_PUBLIC_URL with https://.',
    );
  if (partitioned && sameSite !== 'none')
    throw new AppError(
      'invalid_argument',
      'GATEWAY_SESSION_PARTITIONED needs GATEWAY_SESSION_SAME_SITE=none.',
    );
}

/** A session as the gatekeeper made it. */
export interface NewSession {
  readonly sessionId: string;
  readonly expiresAt?: Timestamp | undefined;
}

/** The cookie lives as long as the session does at the most; without a time, until the browser is closed. */
export function setSessionCookie(
  reply: FastifyReply,
  config: GatewayConfig,
  { sessionId, expiresAt }: NewSession,
): void {
  const maxAge = expiresAt && Math.max(0, Math.round((timestampMs(expiresAt) - Date.now()) / 1000));
  reply.setCookie(SESSION_COOKIE, sessionId, {
    ...attributes(config),
    ...(maxAge !== undefined && { maxAge }),
  });
}

export function clearSessionCookie(reply: FastifyReply, config: GatewayConfig): void {
  reply.clearCookie(SESSION_COOKIE, attributes(config));
}

const SIGN_IN_COOKIE = 'gob_sign_in';

/** Ties a sign-in that is on its way through GitLab to the browser that began it. */
export function setSignInCookie(
  reply: FastifyReply,
  config: GatewayConfig,
  { binding, validSeconds }: { readonly binding: string; readonly validSeconds: number },
): void {
  reply.setCookie(SIGN_IN_COOKIE, binding, { ...signInAttributes(config), maxAge: validSeconds });
}

/** What the browser has of it, once. */
export function takeSignInCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  config: GatewayConfig,
): string {
  reply.clearCookie(SIGN_IN_COOKIE, signInAttributes(config));
  return request.cookies[SIGN_IN_COOKIE] ?? '';
}

/** Strict would keep it back when GitLab sends the browser here. */
function signInAttributes(config: GatewayConfig) {
  const { sameSite, ...rest } = attributes(config);
  return { ...rest, sameSite: sameSite === 'strict' ? 'lax' : sameSite, path: '/v1/auth' } as const;
}
