import { damaged } from './bits.js';

/** More would come out than may. */
export class ZstdTooLarge extends Error {}

const INITIAL_BYTES = 64 * 2 ** 10;

/**
 * What has come out so far. It is the window as well, so that nothing is set aside for what a frame only declares; it grows
 * with what is written, to the limit and not beyond.
 */
export class Output {
  readonly #maxBytes: number;
  #bytes: Buffer;
  #length = 0;
  #frameStart = 0;
  #windowBytes = 0;
  /** Below the limit of all: what the block that is being read may write. */
  #blockEnd = 0;
  /** The last three offsets, which sequences name by 1 to 3. */
  #recent: [number, number, number] = [1, 4, 8];

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#bytes = Buffer.allocUnsafe(Math.min(INITIAL_BYTES, maxBytes));
  }

  /** What the current frame has written. */
  get frame(): Buffer {
    return this.#bytes.subarray(this.#frameStart, this.#length);
  }

  get all(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  startFrame(windowBytes: number): void {
    this.#frameStart = this.#length;
    this.#windowBytes = windowBytes;
    this.#recent = [1, 4, 8];
  }

  startBlock(maxBytes: number): void {
    this.#blockEnd = this.#length + maxBytes;
  }

  append(source: Uint8Array, start: number, end: number): void {
    const at = this.#reserve(end - start);
    this.#bytes.set(source.subarray(start, end), at);
  }

  fill(byte: number, count: number): void {
    const at = this.#reserve(count);
    this.#bytes.fill(byte, at, at + count);
  }

  /** Appends what was written `offset` bytes ago; what it writes itself is part of that. */
  repeat(offset: number, count: number): void {
    if (offset > Math.min(this.#length - this.#frameStart, this.#windowBytes))
      throw damaged('a sequence points before its window');
    const at = this.#reserve(count);
    const bytes = this.#bytes;
    if (offset >= count) bytes.copyWithin(at, at - offset, at - offset + count);
    else for (let to = at; to < at + count; to++) bytes[to] = bytes[to - offset] as number;
  }

  /** What a sequence means by its offset value: 1 to 3 name recent ones, others are larger by 3 (RFC 8878 §3.1.1.5). */
  offsetOf(value: number, literalBytes: number): number {
    const [first, second, third] = this.#recent;
    if (value > 3) {
      this.#recent = [value - 3, first, second];
      return value - 3;
    }
    const choice = value - (literalBytes === 0 ? 0 : 1);
    if (choice === 0) return first;
    const offset = choice === 1 ? second : choice === 2 ? third : first - 1;
    if (offset === 0) throw damaged('a sequence repeats nothing');
    this.#recent = [offset, first, choice === 1 ? third : second];
    return offset;
  }

  #reserve(count: number): number {
    const at = this.#length;
    const end = at + count;
    if (end > this.#blockEnd) throw damaged('a block holds more than a block may');
    if (end > this.#maxBytes) throw new ZstdTooLarge('more comes out than may');
    if (end > this.#bytes.length) this.#grow(end);
    this.#length = end;
    return at;
  }

  #grow(needed: number): void {
    const bytes = Buffer.allocUnsafe(Math.min(Math.max(needed, this.#bytes.length * 2), this.#maxBytes));
    this.#bytes.copy(bytes, 0, 0, this.#length);
    this.#bytes = bytes;
  }
}
