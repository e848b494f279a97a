import { isUtf8 } from 'node:buffer';
import { UNUSUAL } from '../unusual.js';

/** Above this many bytes one native copy is faster than a loop over 32-bit words. */
const NATIVE_COPY_BYTES = 192;
const HIGH_BITS = 0x80808080;
const FIRST_BYTES = 1024;
/** Usual columns of the largest batches are smaller. */
const KEPT_BYTES = 8 * 2 ** 20;

/** Where bytes are copied from: a request, or another buffer. */
export interface ByteSource {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** A byte buffer that grows by doubling and is reused from block to block. Numbers are little endian. */
export class GrowableBytes {
  bytes: Buffer;
  view: DataView;
  length = 0;

  constructor(capacity = FIRST_BYTES) {
    this.bytes = Buffer.allocUnsafeSlow(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Empties it. What one extraordinary request needed is not kept for all that follow. */
  clear(): void {
    this.length = 0;
    if (this.bytes.length <= KEPT_BYTES) return;
    this.bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for `size` more bytes. Every `put` below expects the room to be there, except where it says otherwise. */
  reserve(size: number): void {
    if (this.length + size > this.bytes.length) this.#grow(size);
  }

  #grow(size: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.length + size));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }

  uint8(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  uint32(value: number): void {
    this.reserve(4);
    this.view.setUint32(this.length, value, true);
    this.length += 4;
  }

  /** A 64-bit integer in two halves. */
  uint64(low: number, high: number): void {
    this.reserve(8);
    this.view.setUint32(this.length, low, true);
    this.view.setUint32(this.length + 4, high, true);
    this.length += 8;
  }

  /** NaN has the same bits whatever the sender's. */
  float64(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.length, Number.isNaN(value) ? Number.NaN : value, true);
    this.length += 8;
  }

  /** LEB128 of a number below 2^31. */
  varUint(value: number): void {
    this.reserve(5);
    let rest = value;
    while (rest >= 0x80) {
      this.bytes[this.length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.length++] = rest;
  }

  /** Length-prefixed text that is known to be ASCII, such as a printed number. */
  ascii(text: string): void {
    const size = text.length;
    this.varUint(size);
    this.reserve(size);
    for (let index = 0; index < size; index++) this.bytes[this.length + index] = text.charCodeAt(index);
    this.length += size;
  }

  /** Length-prefixed decimal digits of an integer from 0 to 2^53. */
  decimal(value: number): void {
    if (value > 0x7fffffff) {
      this.ascii(String(value));
      return;
    }
    let size = 1;
    for (let power = 10; power <= value; power *= 10) size++;
    this.reserve(size + 1);
    this.bytes[this.length] = size;
    let rest = value;
    for (let at = this.length + size; at > this.length; at--) {
      const tens = (rest / 10) | 0;
      this.bytes[at] = 48 + rest - tens * 10;
      rest = tens;
    }
    this.length += size + 1;
  }

  /** Length-prefixed UTF-8 of any text. */
  string(text: string): void {
    const size = Buffer.byteLength(text);
    this.varUint(size);
    this.reserve(size);
    this.bytes.write(text, this.length, 'utf8');
    this.length += size;
  }

  raw(source: Uint8Array): void {
    this.reserve(source.length);
    this.bytes.set(source, this.length);
    this.length += source.length;
  }

  /** The bytes `[start, end)` of a request, as they are. */
  copy(source: ByteSource, start: number, end: number): void {
    const size = end - start;
    this.reserve(size);
    if (size > NATIVE_COPY_BYTES) this.bytes.set(source.bytes.subarray(start, end), this.length);
    else this.#copyWords(source, start, end);
    this.length += size;
  }

  /** Length-prefixed text from a request. Throws UNUSUAL when it is not UTF-8. */
  text(source: ByteSource, start: number, end: number): void {
    const size = end - start;
    this.reserve(size + 5);
    if (size < 0x80) this.bytes[this.length++] = size;
    else this.varUint(size);
    if (size > NATIVE_COPY_BYTES) {
      const text = source.bytes.subarray(start, end);
      if (!isUtf8(text)) throw UNUSUAL;
      this.bytes.set(text, this.length);
    } else if (
      (this.#copyWords(source, start, end) & HIGH_BITS) !== 0 &&
      !isUtf8(source.bytes.subarray(start, end))
    ) {
      throw UNUSUAL;
    }
    this.length += size;
  }

  /** Returns all bytes or-ed together; a high bit in it means that they are not all ASCII. */
  #copyWords(source: ByteSource, start: number, end: number): number {
    const { bytes: from, view: fromView } = source;
    const { bytes: to, view: toView } = this;
    let seen = 0;
    let at = this.length;
    let position = start;
    for (const lastWord = end - 4; position <= lastWord; position += 4, at += 4) {
      const word = fromView.getUint32(position, true);
      toView.setUint32(at, word, true);
      seen |= word;
    }
    for (; position < end; position++, at++) {
      const byte = from[position] as number;
      to[at] = byte;
      seen |= byte;
    }
    return seen;
  }
}
