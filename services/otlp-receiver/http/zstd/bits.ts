/** What is wrong with damaged data; the caller words the refusal. */
export class ZstdDamage extends Error {}

export function damaged(what: string): ZstdDamage {
  return new ZstdDamage(what);
}

/** The number of the highest bit that is set, counted from 0. `value` is above 0. */
export function highestBit(value: number): number {
  return 31 - Math.clz32(value);
}

/** The longest read that, with up to seven bits of a first byte, still fits 32 bits. */
const MAX_READ_BITS = 24;

/** A stream that is written forwards and read from its end, after a last bit that is 1. Reading before its start gives zeros. */
export class BackwardBits {
  readonly #bytes: Uint8Array;
  readonly #start: number;
  /** Bits that are left; below 0 when more were read than there are. */
  left: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    const last = end > start ? (bytes[end - 1] as number) : 0;
    if (last === 0) throw damaged('a bit stream has no end mark');
    this.#bytes = bytes;
    this.#start = start;
    this.left = (end - start - 1) * 8 + highestBit(last);
  }

  /** At most 24 bits, without taking them. */
  peek(count: number): number {
    if (count === 0) return 0;
    const from = this.left - count;
    if (from < 0) return this.left <= 0 ? 0 : (this.#at(0) & ((1 << this.left) - 1)) << -from;
    return (this.#at(from >> 3) >>> (from & 7)) & ((1 << count) - 1);
  }

  /** At most 32 bits. */
  read(count: number): number {
    if (count > MAX_READ_BITS) return this.read(count - 16) * 0x10000 + this.read(16);
    const value = this.peek(count);
    this.left -= count;
    return value;
  }

  #at(offset: number): number {
    const bytes = this.#bytes;
    const at = this.#start + offset;
    return (
      ((bytes[at] ?? 0) |
        ((bytes[at + 1] ?? 0) << 8) |
        ((bytes[at + 2] ?? 0) << 16) |
        ((bytes[at + 3] ?? 0) << 24)) >>>
      0
    );
  }
}
