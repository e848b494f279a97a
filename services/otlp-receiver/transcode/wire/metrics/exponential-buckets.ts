import { ArrayColumn } from '../columns/block-columns.js';
import { WordColumn } from '../columns/fixed-columns.js';
import { GrowableBytes } from '../columns/growable-bytes.js';
import { Numbers } from '../columns/numbers.js';
import { UNUSUAL } from '../unusual.js';
import { EXACT_VARINT_BYTES, int64Varint, smallVarint } from '../varints.js';
import type { WireBytes } from '../wire-bytes.js';

/** Tags of opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint.Buckets. */
const BUCKETS = { offset: 0x08, counts: 0x12, count: 0x10 } as const;
const WORD = 2 ** 32;

/** The buckets on one side of zero. */
export class ExponentialBuckets {
  readonly #source: WireBytes;
  readonly offset = new WordColumn(1);
  readonly #ends = new Numbers();
  readonly #counts = new GrowableBytes();
  readonly counts = new ArrayColumn(this.#ends, this.#counts);
  #offset = 0;
  #isSet = false;

  constructor(source: WireBytes) {
    this.#source = source;
  }

  reset(): void {
    this.#offset = 0;
    this.#isSet = false;
  }

  /** Reads the Buckets message from the position to `end`. A second one would replace the first. */
  read(end: number): void {
    const source = this.#source;
    if (this.#isSet) throw UNUSUAL;
    this.#isSet = true;
    while (source.at < end) {
      const tag = source.varint31(end);
      if (tag === BUCKETS.counts) this.#list(source.delimited(end));
      else if (tag === BUCKETS.count) this.#count(end);
      else if (tag === BUCKETS.offset) this.#offset = sint32(source, end);
      else source.skip(tag, end);
    }
  }

  setRow(row: number): void {
    this.offset.values[row] = this.#offset;
    this.#ends.push(this.#counts.length / 8);
  }

  #list(end: number): void {
    while (this.#source.at < end) this.#count(end);
  }

  #count(end: number): void {
    const source = this.#source;
    const start = source.at;
    source.skipVarint(end);
    const size = source.at - start;
    if (size <= EXACT_VARINT_BYTES) {
      const count = smallVarint(source.bytes, start, size);
      this.#counts.uint64(count % WORD, Math.floor(count / WORD));
    } else {
      const count = BigInt.asUintN(64, int64Varint(source.bytes, start, size));
      this.#counts.uint64(Number(count & 0xffffffffn), Number(count >> 32n));
    }
  }
}

/** A signed number in zigzag form. */
export function sint32(source: WireBytes, end: number): number {
  const value = source.varint32(end);
  return (value >>> 1) ^ -(value & 1);
}
