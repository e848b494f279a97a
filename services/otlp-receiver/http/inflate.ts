import { promisify } from 'node:util';
import { gunzip, inflate, type ZlibOptions } from 'node:zlib';
import { AppError } from '../../../lib/errors/app-error.js';
import { tooLarge } from '../ingest/received-export.js';
import type { Compression } from './negotiation.js';

/** Telemetry shrinks to a tenth or a fiftieth; only what was made for the purpose grows more than this. */
const MAX_RATIO = 500;
/** Below this size the ratio says nothing. */
const RATIO_FLOOR_BYTES = 2 ** 20;
const CHUNK_BYTES = 64 * 2 ** 10;

const INFLATERS = {
  gzip: promisify<Buffer, ZlibOptions, Buffer>(gunzip),
  deflate: promisify<Buffer, ZlibOptions, Buffer>(inflate),
};

/**
 * The body without its compression. Stops at the limit, not after it. Throws AppError `payload_too_large` (the limit, or a
 * ratio that only a decompression bomb has) or `malformed_payload`.
 */
export async function decompress(body: Buffer, compression: Compression, maxBytes: number): Promise<Buffer> {
  if (compression === 'identity') return body;
  const ratioBytes = Math.max(body.length * MAX_RATIO, RATIO_FLOOR_BYTES);
  const maxOutputLength = Math.min(maxBytes, ratioBytes);
  try {
    return await INFLATERS[compression](body, { maxOutputLength, chunkSize: CHUNK_BYTES });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw broken(compression, cause);
    if (maxOutputLength < maxBytes) throw bomb(body.length);
    throw tooLarge(`more than ${maxBytes}`, maxBytes);
  }
}

function broken(compression: Compression, cause: unknown): AppError {
  return new AppError('malformed_payload', `The body is not complete and valid ${compression} data.`, {
    cause,
    field: 'body',
  });
}

function bomb(bytes: number): AppError {
  return new AppError(
    'payload_too_large',
    `The body of ${bytes} bytes grows more than ${MAX_RATIO}-fold when decompressed, which is not accepted.`,
  );
}
