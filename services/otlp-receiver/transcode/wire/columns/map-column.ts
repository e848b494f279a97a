import type { Attributes } from '../attributes.js';
import { BlockDictionary, writeOffsets } from './block-dictionary.js';
import type { ByteDictionary } from './byte-dictionary.js';
import { GrowableBytes } from './growable-bytes.js';
import { Numbers } from './numbers.js';

/** A set of attributes that many rows share, ready to be repeated. */
export interface AttributeBlock {
  /** Numbers in the dictionary of keys, in the order of storing. */
  readonly keys: readonly number[];
  /** The values, each with its length prefix. */
  readonly values: Uint8Array;
}

/** One `Map(LowCardinality(String), …)` column of the block being built; values are text or doubles, encoded one after another. */
export class MapColumn {
  readonly offsets = new Numbers();
  readonly keys: BlockDictionary;
  readonly values = new GrowableBytes();

  constructor(keys: ByteDictionary) {
    this.keys = new BlockDictionary(keys);
  }

  /** Appends one row with all attributes as text. */
  pushText(attributes: Attributes, order: Int32Array): void {
    attributes.checkAll(order);
    for (let index = 0; index < order.length; index++) {
      const position = order[index] as number;
      this.keys.push(attributes.keys[position] as number);
      attributes.writeText(position, this.values);
    }
    this.offsets.push(this.keys.indexes.length);
  }

  /** Appends one row with the numeric attributes as doubles. */
  pushNumbers(attributes: Attributes, order: Int32Array): void {
    for (let index = 0; index < order.length; index++) {
      const position = order[index] as number;
      if (!attributes.isNumber(position)) continue;
      this.keys.push(attributes.keys[position] as number);
      this.values.float64(attributes.numberAt(position));
    }
    this.offsets.push(this.keys.indexes.length);
  }

  /** Appends `count` rows with the same attributes. */
  pushRun(block: AttributeBlock, count: number): void {
    this.keys.pushRun(block.keys, count);
    const first = this.offsets.length === 0 ? 0 : (this.offsets.values[this.offsets.length - 1] as number);
    for (let row = 1; row <= count; row++) this.offsets.push(first + row * block.keys.length);
    repeat(this.values, block.values, count);
  }

  clear(): void {
    this.offsets.clear();
    this.keys.clear();
    this.values.clear();
  }

  get maxBytes(): number {
    return this.offsets.length * 8 + this.keys.maxBytes + this.values.length;
  }

  writePrefix(out: GrowableBytes): void {
    this.keys.writePrefix(out);
  }

  write(out: GrowableBytes): void {
    writeOffsets(out, this.offsets);
    this.keys.write(out);
    out.copy(this.values, 0, this.values.length);
  }
}

/** Copies by doubling, so that a thousand copies of a resource are ten copies of ever larger pieces. */
function repeat(out: GrowableBytes, pattern: Uint8Array, count: number): void {
  const total = pattern.length * count;
  if (total === 0) return;
  out.reserve(total);
  const start = out.length;
  out.bytes.set(pattern, start);
  for (let done = pattern.length; done < total; done *= 2) {
    out.bytes.copyWithin(start + done, start, start + Math.min(done, total - done));
  }
  out.length = start + total;
}
