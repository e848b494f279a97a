import { promisify } from 'node:util';
import { gunzip, inflate, inflateRaw, type ZlibOptions } from 'node:zlib';
import { AppError } from '../../../lib/errors/app-error.js';
import { tooLarge } from '../ingest/received-export.js';
import type { Compression } from './negotiation.js';
import { decompressZstd } from './zstd/decompress.js';
import { ZstdTooLarge } from './zstd/output.js';

/** Telemetry shrinks to a tenth or a fiftieth; only what was made for the purpose grows more than this. */
const MAX_RATIO = 500;
/** Below this size the ratio says nothing. */
const RATIO_FLOOR_BYTES = 2 ** 20;
const CHUNK_BYTES = 64 * 2 ** 10;

const zlibForm = promisify<Buffer, ZlibOptions, Buffer>(inflate);
const rawForm = promisify<Buffer, ZlibOptions, Buffer>(inflateRaw);

type Inflater = (body: Buffer, options: Limits) => Promise<Buffer>;

interface Limits {
  readonly maxOutputLength: number;
  readonly chunkSize: number;
}

const INFLATERS: Readonly<Record<Exclude<Compression, 'identity'>, Inflater>> = {
  gzip: promisify<Buffer, ZlibOptions, Buffer>(gunzip),
  deflate: (body, options) => (hasZlibHeader(body) ? zlibForm : rawForm)(body, options),
  zstd: (body, { maxOutputLength }) => decompressZstd(body, maxOutputLength),
};

/**
 * The coding "deflate" is the zlib form (RFC 9110 §8.4.1.2), yet some send deflate alone. A zlib header is a multiple of 31,
 * and a stream of deflate could only look like one if it began with a stored block whose padding is not zero.
 */
function hasZlibHeader(body: Buffer): boolean {
  return body.length >= 2 && ((body[0] ?? 0) & 0x0f) === 8 && body.readUInt16BE(0) % 31 === 0;
}

/**
 * The body without its compression. Stops at the limit, not after it. Throws AppError `payload_too_large` (the limit, or a
 * ratio that only a decompression bomb has, or what a zstd frame asks for) or `malformed_payload`.
 */
export async function decompress(body: Buffer, compression: Compression, maxBytes: number): Promise<Buffer> {
  if (compression === 'identity') return body;
  const ratioBytes = Math.max(body.length * MAX_RATIO, RATIO_FLOOR_BYTES);
  const maxOutputLength = Math.min(maxBytes, ratioBytes);
  try {
    return await INFLATERS[compression](body, { maxOutputLength, chunkSize: CHUNK_BYTES });
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    if (!isTooLarge(cause)) throw broken(compression, cause);
    if (maxOutputLength < maxBytes) throw bomb(body.length);
    throw tooLarge(`more than ${maxBytes}`, maxBytes);
  }
}

function isTooLarge(cause: unknown): boolean {
  return cause instanceof ZstdTooLarge || (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
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
