import type { GatewayConfig } from '../../config.js';

/** Headers of every answer, errors and files included. */
export function securityHeaders(config: GatewayConfig): Readonly<Record<string, string>> {
  const frameAncestors = ["'self'", ...config.gatewayGitlabOrigins].join(' ');
  return {
    'content-security-policy': `default-src 'self'; frame-ancestors ${frameAncestors}; object-src 'none'; base-uri 'none'`,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    // Answers belong to one caller; files set their own.
    'cache-control': 'private, no-store',
  };
}
