import { isUtf8 } from 'node:buffer';
import { randomInt } from 'node:crypto';
import { UNUSUAL } from '../unusual.js';
import type { WireBytes } from '../wire-bytes.js';
import { type ByteSource, GrowableBytes } from './growable-bytes.js';

const INITIAL_TABLE_SIZE = 256;
/** Makes the hash unknown to senders, who could otherwise choose names that all collide. */
const SEED = randomInt(2 ** 31);

/**
 * Distinct texts, numbered in order of appearance; number 0 is the empty text, as in a ClickHouse dictionary. Texts are looked
 * up by their bytes where they lie in the request, so a text that was seen before costs no allocation.
 */
export class ByteDictionary {
  /** The texts one after another. */
  readonly encoded = new GrowableBytes();
  #starts: number[] = [];
  #ends: number[] = [];
  #hashes: number[] = [];
  #table = new Int32Array(INITIAL_TABLE_SIZE);
  readonly #isText: (bytes: Uint8Array) => boolean;

  /** `isText` is asked once for what is new; by default it must be UTF-8. */
  constructor(isText = isUtf8) {
    this.#isText = isText;
    this.clear();
  }

  get size(): number {
    return this.#starts.length;
  }

  clear(): void {
    this.encoded.length = 0;
    this.#starts = [0];
    this.#ends = [0];
    this.#hashes = [0];
    this.#table.fill(0);
  }

  /** Number of the text `[start, end)`. Throws UNUSUAL when it is not UTF-8. */
  find(source: ByteSource, start: number, end: number): number {
    if (start === end) return 0;
    const hash = hashOf(source, start, end);
    const mask = this.#table.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = this.#table[slot] as number;
      if (number === 0) return this.#add(source, start, end, hash);
      if (this.#hashes[number] === hash && this.#equals(number, source, start, end)) return number;
    }
  }

  /** The same, trying first a number that is likely to be the right one. */
  findLike(guess: number, source: ByteSource, start: number, end: number): number {
    return guess !== 0 && guess < this.size && this.#equals(guess, source, start, end)
      ? guess
      : this.find(source, start, end);
  }

  /** Reads a length-delimited text at the position of a request. */
  read(source: WireBytes, end: number): number {
    const textEnd = source.delimited(end);
    const number = this.find(source, source.at, textEnd);
    source.at = textEnd;
    return number;
  }

  /** Number of a text that is not in a request. */
  findText(text: string): number {
    const bytes = Buffer.from(text, 'utf8');
    const source = { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
    return this.find(source, 0, bytes.length);
  }

  /** Negative, 0 or positive as the first text's bytes sort before, equal to or after the second's. */
  compare(a: number, b: number): number {
    return this.encoded.bytes.compare(
      this.encoded.bytes,
      this.#starts[b],
      this.#ends[b],
      this.#starts[a],
      this.#ends[a],
    );
  }

  /** Writes the text with its length prefix. */
  writeEncoded(number: number, out: GrowableBytes): void {
    const start = this.#starts[number] as number;
    const end = this.#ends[number] as number;
    out.varUint(end - start);
    out.copy(this.encoded, start, end);
  }

  sizeOf(number: number): number {
    return (this.#ends[number] as number) - (this.#starts[number] as number);
  }

  /** The text as bytes; valid until the next is added. */
  bytesOf(number: number): Uint8Array {
    return this.encoded.bytes.subarray(this.#starts[number], this.#ends[number]);
  }

  textOf(number: number): string {
    return this.encoded.bytes.toString('utf8', this.#starts[number], this.#ends[number]);
  }

  #equals(number: number, source: ByteSource, start: number, end: number): boolean {
    const own = this.#starts[number] as number;
    if ((this.#ends[number] as number) - own !== end - start) return false;
    const { bytes, view } = this.encoded;
    let at = own;
    let position = start;
    for (const lastWord = end - 4; position <= lastWord; position += 4, at += 4) {
      if (view.getUint32(at, true) !== source.view.getUint32(position, true)) return false;
    }
    for (; position < end; position++, at++) if (bytes[at] !== source.bytes[position]) return false;
    return true;
  }

  #add(source: ByteSource, start: number, end: number, hash: number): number {
    if (!this.#isText(source.bytes.subarray(start, end))) throw UNUSUAL;
    const number = this.#starts.length;
    this.#starts.push(this.encoded.length);
    this.encoded.copy(source, start, end);
    this.#ends.push(this.encoded.length);
    this.#hashes.push(hash);
    if (number * 2 > this.#table.length) this.#rehash();
    else this.#place(number, hash);
    return number;
  }

  #place(number: number, hash: number): void {
    const mask = this.#table.length - 1;
    let slot = hash & mask;
    while (this.#table[slot] !== 0) slot = (slot + 1) & mask;
    this.#table[slot] = number;
  }

  #rehash(): void {
    this.#table = new Int32Array(this.#table.length * 4);
    for (let number = 1; number < this.#hashes.length; number++)
      this.#place(number, this.#hashes[number] as number);
  }
}

/** 31 bits over every byte of the text: a hash over a part of it would let a sender make collisions. */
function hashOf(source: ByteSource, start: number, end: number): number {
  let hash = SEED ^ (end - start);
  let position = start;
  for (const lastWord = end - 4; position <= lastWord; position += 4) {
    hash = Math.imul(hash ^ source.view.getUint32(position, true), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; position < end; position++) hash = Math.imul(hash ^ (source.bytes[position] as number), 0x85ebca6b);
  hash ^= hash >>> 13;
  return Math.imul(hash, 0xc2b2ae35) & 0x7fffffff;
}
