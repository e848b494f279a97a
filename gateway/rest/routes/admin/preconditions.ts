import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../../../lib/errors/app-error.js';

/** What a change rests on, from `If-Match: "<version>"` and `If-None-Match: *` (RFC 9110). */
export function preconditionsOf(request: FastifyRequest): { expectedVersion: bigint; mustNotExist: boolean } {
  const match = request.headers['if-match'];
  const noneMatch = request.headers['if-none-match'];
  if (noneMatch !== undefined && noneMatch !== '*')
    throw new AppError('invalid_argument', 'If-None-Match can only be * here.', { field: 'If-None-Match' });
  return { expectedVersion: match === undefined ? 0n : versionOf(match), mustNotExist: noneMatch === '*' };
}

function versionOf(header: string): bigint {
  const version = /^"(\d{1,19})"$/.exec(header)?.[1];
  if (version !== undefined && version !== '0') return BigInt(version);
  throw new AppError('invalid_argument', 'If-Match must be an ETag of this interface, for example "42".', {
    field: 'If-Match',
  });
}

export function setETag(reply: FastifyReply, version: bigint | undefined): void {
  if (version !== undefined && version > 0n) reply.header('etag', `"${version}"`);
}
