import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Json, stringifyJson } from '../format/json.js';

/**
 * Sends an answer that a client may keep and ask about again: 304 when it has this very one. It is asked for every time, so
 * what the caller may no longer read is gone at once.
 */
export function sendCatalogue(request: FastifyRequest, reply: FastifyReply, body: Json): FastifyReply {
  const text = stringifyJson(body);
  const etag = `W/"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;
  reply.headers({ etag, 'cache-control': 'private, no-cache' });
  if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send();
  return reply.type('application/json; charset=utf-8').send(text);
}

/** Weak comparison, as RFC 9110 §13.1.2 asks for. */
export function isKnown(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const opaque = (tag: string) => tag.trim().replace(/^W\//, '');
  return header.trim() === '*' || header.split(',').some((tag) => opaque(tag) === opaque(etag));
}
