import { createHash } from 'node:crypto';
import { ByteSink } from '../native/byte-sink.js';

/**
 * 64 bits that are equal for equal resources, in every process and release: the first 8 bytes (little endian) of the SHA-256
 * of the attributes as they are stored, keys in byte order, each string preceded by its length.
 */
export function resourceHash(entries: readonly (readonly [string, string])[]): bigint {
  const sink = new ByteSink();
  for (const [key, value] of entries) {
    sink.string(key);
    sink.string(value);
  }
  return createHash('sha256').update(sink.view()).digest().readBigUInt64LE(0);
}
