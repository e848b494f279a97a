import type { FastifyCorsOptions } from '@fastify/cors';
import type { GatewayConfig } from '../config.js';

const PREFLIGHT_SECONDS = 600;

/** Pages of the configured GitLab may read answers and send cookies; for all others there is no grant at all. */
export function corsOptions({ gatewayGitlabOrigins }: GatewayConfig): FastifyCorsOptions {
  return {
    // A list with one element would be sent to everybody as it is.
    origin: (origin, answer) =>
      answer(null, origin !== undefined && gatewayGitlabOrigins.includes(origin) ? origin : false),
    credentials: true,
    methods: ['GET', 'PUT', 'OPTIONS'],
    allowedHeaders: ['Content-Type', 'X-CSRF-Token', 'X-Requested-With'],
    exposedHeaders: ['ETag', 'Retry-After', 'X-Query-Stats', 'X-Request-Id'],
    maxAge: PREFLIGHT_SECONDS,
    strictPreflight: false,
  };
}
