import type { FastifyRequest } from 'fastify';
import { AppError } from '../../lib/errors/app-error.js';
import type { GatewayConfig } from '../config.js';

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Refuses requests that a page of another site could make with our visitor's cookie. A form cannot set `X-Requested-With`,
 * and a script can only after a preflight, which is granted to GitLab's pages alone; `Origin`, where the browser sends it,
 * must be ours or GitLab's.
 */
export function refuseCrossSite(request: FastifyRequest, config: GatewayConfig): void {
  if (SAFE_METHODS.includes(request.method)) return;
  if (!request.headers['x-requested-with'])
    throw new AppError('permission_denied', 'The header X-Requested-With is missing: send XMLHttpRequest.', {
      field: 'X-Requested-With',
    });
  const { origin } = request.headers;
  if (origin === undefined || isOurs(origin, request, config)) return;
  throw new AppError('permission_denied', 'Requests from pages of this origin are not allowed.', {
    field: 'Origin',
  });
}

function isOurs(origin: string, request: FastifyRequest, config: GatewayConfig): boolean {
  if (config.gatewayGitlabOrigins.includes(origin)) return true;
  if (config.gatewayPublicUrl !== undefined) return origin === new URL(config.gatewayPublicUrl).origin;
  return origin === `http://${request.headers.host}`;
}
