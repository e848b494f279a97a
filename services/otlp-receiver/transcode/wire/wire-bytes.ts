import { UNUSUAL } from './unusual.js';

/** Wire types of protobuf. */
const VARINT = 0;
const FIXED64 = 1;
export const DELIMITED = 2;
const FIXED32 = 5;

/**
 * The bytes of one request with a position in them. Every read checks the end of the message that it is in, so that a length
 * that lies cannot lead out of it; what does not fit is UNUSUAL.
 */
export class WireBytes {
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  at = 0;

  open(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = 0;
  }

  /** A tag, or any other varint below 2^31, of at most five bytes. */
  varint31(end: number): number {
    const { at, bytes } = this;
    if (at + 1 < end) {
      const first = bytes[at] as number;
      if (first < 0x80) {
        this.at = at + 1;
        return first;
      }
      const second = bytes[at + 1] as number;
      if (second < 0x80) {
        this.at = at + 2;
        return (first & 0x7f) | (second << 7);
      }
    }
    return this.#longVarint(end, 0x7fffffff);
  }

  /** The same below 2^32. */
  varint32(end: number): number {
    const first = this.at < end ? (this.bytes[this.at] as number) : 0x80;
    if (first >= 0x80) return this.#longVarint(end, 0xffffffff);
    this.at++;
    return first;
  }

  #longVarint(end: number, max: number): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      if (this.at >= end) throw UNUSUAL;
      const byte = this.bytes[this.at++] as number;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte >= 0x80) continue;
      if (value > max) throw UNUSUAL;
      return value;
    }
    throw UNUSUAL;
  }

  /** Reads a length and returns where the value ends; the position is at its beginning then. */
  delimited(end: number): number {
    const size = this.varint31(end);
    if (size > end - this.at) throw UNUSUAL;
    return this.at + size;
  }

  /** Reads a value that must have `size` bytes and returns where it begins. */
  exactly(size: number, end: number): number {
    const valueEnd = this.delimited(end);
    if (valueEnd - this.at !== size) throw UNUSUAL;
    this.at = valueEnd;
    return valueEnd - size;
  }

  /** The same, or -1 for an empty value. */
  exactlyOrEmpty(size: number, end: number): number {
    if (this.at < end && this.bytes[this.at] === 0) {
      this.at++;
      return -1;
    }
    return this.exactly(size, end);
  }

  /** Steps over `size` bytes and returns where they began. */
  fixed(size: number, end: number): number {
    const start = this.at;
    if (size > end - start) throw UNUSUAL;
    this.at = start + size;
    return start;
  }

  /** Steps over a field that is not known here. Groups are UNUSUAL. */
  skip(tag: number, end: number): void {
    if (tag < 8) throw UNUSUAL;
    switch (tag & 7) {
      case VARINT:
        this.skipVarint(end);
        return;
      case FIXED64:
        this.fixed(8, end);
        return;
      case DELIMITED:
        this.at = this.delimited(end);
        return;
      case FIXED32:
        this.fixed(4, end);
        return;
      default:
        throw UNUSUAL;
    }
  }

  /** Steps over the fields up to `end`, of a message that is not stored but must be one. */
  skipFields(end: number): void {
    while (this.at < end) this.skip(this.varint31(end), end);
  }

  /** Steps over a varint of at most ten bytes. */
  skipVarint(end: number): void {
    for (let size = 0; size < 10; size++) {
      if (this.at >= end) throw UNUSUAL;
      if ((this.bytes[this.at++] as number) < 0x80) return;
    }
    throw UNUSUAL;
  }

  /** Whether the bytes `[start, start + size)` are all zero. */
  isZero(start: number, size: number): boolean {
    for (let index = start; index < start + size; index++) if (this.bytes[index] !== 0) return false;
    return true;
  }
}
