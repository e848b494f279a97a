import type { ByteDictionary } from './byte-dictionary.js';
import type { GrowableBytes } from './growable-bytes.js';
import { Numbers } from './numbers.js';

/** `0x600`: the block carries its own keys and a new dictionary; the low bits tell the width of an index. */
const DICTIONARY_FLAGS = 0x600;

/**
 * One `LowCardinality(String)` column of the block being built. Values are numbers of a dictionary that outlives blocks; here
 * they get the block's own numbers, so that the block carries only the texts that occur in it.
 */
export class BlockDictionary {
  readonly #texts: ByteDictionary;
  readonly indexes = new Numbers();
  /** Text number → number in this block; 0 also means "not in the block yet", except for the empty text, which is 0 in both. */
  #toBlock = new Uint32Array(256);
  readonly #used = new Numbers();
  #usedBytes = 0;

  constructor(texts: ByteDictionary) {
    this.#texts = texts;
    this.#used.push(0);
  }

  /** Numbers that values of the block may have; 0 is the empty text, also when it does not occur. */
  get size(): number {
    return this.#used.length;
  }

  /** Appends a value. */
  push(text: number): void {
    this.indexes.push(this.numberInBlock(text));
  }

  pushRun(texts: readonly number[], count: number): void {
    if (count === 0) return;
    const numbers = texts.map((text) => this.numberInBlock(text));
    this.indexes.pushRun(numbers, count);
  }

  numberInBlock(text: number): number {
    if (text === 0) return 0;
    if (text >= this.#toBlock.length) this.#grow(text);
    const known = this.#toBlock[text] as number;
    if (known !== 0) return known;
    const number = this.#used.length;
    this.#used.push(text);
    this.#usedBytes += this.#texts.sizeOf(text) + 5;
    this.#toBlock[text] = number;
    return number;
  }

  /** The text that has this number in the block. */
  textOf(numberInBlock: number): string {
    return this.#texts.textOf(this.#used.values[numberInBlock] as number);
  }

  clear(): void {
    for (let index = 0; index < this.#used.length; index++)
      this.#toBlock[this.#used.values[index] as number] = 0;
    this.#used.length = 1;
    this.#usedBytes = 0;
    this.indexes.clear();
  }

  /** Bytes that `write` needs at most. */
  get maxBytes(): number {
    return 40 + this.#usedBytes + 4 * this.indexes.length;
  }

  /** The prefix comes before the offsets of enclosing arrays and maps. */
  writePrefix(out: GrowableBytes): void {
    out.uint64(1, 0);
  }

  write(out: GrowableBytes): void {
    const { length, values } = this.indexes;
    if (length === 0) return;
    const size = this.#used.length;
    const width = size <= 0x100 ? 0 : size <= 0x10000 ? 1 : 2;
    out.uint64(DICTIONARY_FLAGS | width, 0);
    out.uint64(size, 0);
    for (let number = 0; number < size; number++)
      this.#texts.writeEncoded(this.#used.values[number] as number, out);
    out.uint64(length, 0);
    writeNumbers(out, values, length, width);
  }

  #grow(text: number): void {
    const larger = new Uint32Array(Math.max(this.#toBlock.length * 2, text + 1));
    larger.set(this.#toBlock);
    this.#toBlock = larger;
  }
}

function writeNumbers(out: GrowableBytes, values: Uint32Array, length: number, width: number): void {
  out.reserve(length << width);
  const { bytes, view } = out;
  let at = out.length;
  if (width === 0) for (let index = 0; index < length; index++) bytes[at++] = values[index] as number;
  else if (width === 1)
    for (let index = 0; index < length; index++, at += 2) view.setUint16(at, values[index] as number, true);
  else
    for (let index = 0; index < length; index++, at += 4) view.setUint32(at, values[index] as number, true);
  out.length = at;
}

/** Cumulative counts as the `UInt64` offsets of arrays and maps. */
export function writeOffsets(out: GrowableBytes, offsets: Numbers): void {
  out.reserve(offsets.length * 8);
  const { view } = out;
  let at = out.length;
  for (let index = 0; index < offsets.length; index++, at += 8) {
    view.setUint32(at, offsets.values[index] as number, true);
    view.setUint32(at + 4, 0, true);
  }
  out.length = at;
}
