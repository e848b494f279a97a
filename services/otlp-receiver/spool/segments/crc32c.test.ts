import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { crc32c } from './crc32c.js';

/** Bit by bit, straight from the definition. */
function slowCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const value of bytes) {
    crc ^= value;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

const counting = Uint8Array.from({ length: 32 }, (_, index) => index);

describe('crc32c', () => {
  it.each<[string, Uint8Array, number]>([
    ['nothing', new Uint8Array(), 0],
    ['the check string', Buffer.from('123456789'), 0xe3069283],
    ['32 zeros (RFC 3720)', new Uint8Array(32), 0x8a9136aa],
    ['32 ones (RFC 3720)', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['0 to 31 (RFC 3720)', counting, 0x46dd794e],
    ['31 to 0 (RFC 3720)', counting.slice().reverse(), 0x113fdb5c],
  ])('knows %s', (_name, bytes, expected) => expect(crc32c(bytes)).toBe(expected));

  it('agrees with the definition at every length and alignment, also in two parts', () => {
    const bytes = randomBytes(600);
    for (let length = 0; length < 70; length++) {
      const part = bytes.subarray(length % 9, (length % 9) + length);
      expect(crc32c(part)).toBe(slowCrc32c(part));
      const cut = Math.floor(length / 3);
      expect(crc32c(part.subarray(cut), crc32c(part.subarray(0, cut)))).toBe(slowCrc32c(part));
    }
    expect(crc32c(bytes)).toBe(slowCrc32c(bytes));
  });
});
