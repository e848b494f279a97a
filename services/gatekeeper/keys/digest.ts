import { createHash } from 'node:crypto';

/** Secrets are looked up by this digest, so that neither memory nor Redis holds them. */
export function sha256Hex(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
