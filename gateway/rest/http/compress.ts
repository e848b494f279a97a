import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

const gzipAsync = promisify(gzip);
/** Below this a packet carries the answer either way. */
const MIN_BYTES = 1_024;

/** Compresses JSON answers for clients that take gzip. Anything but text (files, streams) passes as it is. */
export async function compress(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<unknown> {
  if (typeof payload !== 'string' || !isJson(reply)) return payload;
  // Who decides about other origins has said that answers vary by them.
  reply.header('vary', [reply.getHeader('vary'), 'Accept-Encoding'].filter(Boolean).join(', '));
  if (payload.length < MIN_BYTES || !acceptsGzip(request.headers['accept-encoding'])) return payload;
  const compressed = await gzipAsync(payload, { level: 4 });
  reply.header('content-encoding', 'gzip');
  return compressed;
}

function isJson(reply: FastifyReply): boolean {
  return /^application\/(problem\+)?json/.test(String(reply.getHeader('content-type') ?? ''));
}

/** Whether gzip is named, or everything is, and not with weight 0 (RFC 9110 §12.5.3). */
export function acceptsGzip(header: string | string[] | undefined): boolean {
  const weights = new Map<string, number>();
  for (const item of String(header ?? '').split(',')) {
    const [name = '', ...parameters] = item
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/);
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    weights.set(name, quality === undefined ? 1 : Number(quality));
  }
  return (weights.get('gzip') ?? weights.get('x-gzip') ?? weights.get('*') ?? 0) > 0;
}
