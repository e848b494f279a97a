import { AppError } from '../../../../lib/errors/app-error.js';
import { LimitExceeded } from '../../ledger/limit-exceeded.js';
import { damaged } from './bits.js';
import { ZstdTooLarge } from './output.js';

export interface FrameHeader {
  /** How far back a sequence may point. */
  readonly windowBytes: number;
  readonly contentBytes: number | undefined;
  readonly hasChecksum: boolean;
  /** Where the first block begins. */
  readonly next: number;
}

/** What a sender of the HTTP coding may ask a receiver to remember (RFC 9659 §3). */
const MAX_WINDOW_BYTES = 8 * 2 ** 20;
const SKIPPABLE_MAGIC = 0x184d2a50;
const MAGIC = 0xfd2fb528;
const MAGIC_BYTES = 4;

/** Where a skippable frame at `at` ends; undefined when it is another one. */
export function endOfSkippable(bytes: Buffer, at: number): number | undefined {
  if (at + MAGIC_BYTES > bytes.length) throw damaged('a frame is cut off');
  if ((bytes.readUInt32LE(at) & 0xfffffff0) >>> 0 !== SKIPPABLE_MAGIC) return undefined;
  if (at + 8 > bytes.length) throw damaged('a skippable frame is cut off');
  const end = at + 8 + bytes.readUInt32LE(at + 4);
  if (end > bytes.length) throw damaged('a skippable frame is cut off');
  return end;
}

/**
 * Reads the header of a frame (RFC 8878 §3.1.1.1). Throws AppError for a window that is too large and for a dictionary,
 * ZstdTooLarge when the frame declares more than `maxBytes`.
 */
export function readFrameHeader(bytes: Buffer, at: number, maxBytes: number): FrameHeader {
  if (bytes.readUInt32LE(at) !== MAGIC) throw damaged('this is no zstd frame');
  const descriptor = bytes[at + MAGIC_BYTES] ?? 0;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const windowWidth = isSingleSegment ? 0 : 1;
  const dictionaryWidth = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeWidth = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const windowAt = at + MAGIC_BYTES + 1;
  const dictionaryAt = windowAt + windowWidth;
  const sizeAt = dictionaryAt + dictionaryWidth;
  const next = sizeAt + sizeWidth;
  if (next > bytes.length) throw damaged('a frame header is cut off');
  if ((descriptor & 0x08) !== 0) throw damaged('a reserved bit of a frame is set');
  if (bytes.subarray(dictionaryAt, sizeAt).some((byte) => byte !== 0)) throw needsDictionary();
  const contentBytes = readContentBytes(bytes, sizeAt, sizeWidth);
  if (contentBytes !== undefined && contentBytes > maxBytes) throw new ZstdTooLarge('a frame declares more');
  const windowBytes = isSingleSegment ? (contentBytes ?? 0) : readWindowBytes(bytes[windowAt] ?? 0);
  return { windowBytes, contentBytes, hasChecksum: (descriptor & 0x04) !== 0, next };
}

function readWindowBytes(byte: number): number {
  const base = 2 ** (10 + (byte >> 3));
  const windowBytes = base + (base / 8) * (byte & 7);
  if (windowBytes <= MAX_WINDOW_BYTES) return windowBytes;
  throw new LimitExceeded(
    'payload_too_large',
    `The zstd body declares a window of ${windowBytes} bytes; the limit is ${MAX_WINDOW_BYTES}. Compress with a smaller window.`,
    { limit: `${MAX_WINDOW_BYTES} bytes`, measured: `${windowBytes} bytes`, field: 'body' },
  );
}

function readContentBytes(bytes: Buffer, at: number, width: number): number | undefined {
  if (width === 0) return undefined;
  if (width === 1) return bytes.readUInt8(at);
  if (width === 2) return bytes.readUInt16LE(at) + 256;
  return width === 4 ? bytes.readUInt32LE(at) : Number(bytes.readBigUInt64LE(at));
}

function needsDictionary(): AppError {
  return new AppError(
    'malformed_payload',
    'The zstd body needs a dictionary, which is not accepted. Compress without one.',
    { field: 'body' },
  );
}
