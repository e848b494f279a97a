import type { AttributeOrder } from '../attribute-order.js';
import { Attributes } from '../attributes.js';
import type { ByteDictionary } from '../byte-dictionary.js';
import { GrowableBytes } from '../growable-bytes.js';
import type { SharedReader } from '../shared-blocks.js';
import type { WireBytes } from '../wire-bytes.js';

/** Reads the attributes of a point, or the metadata of a metric, when their bytes are not known yet. */
export class PointAttributes {
  readonly #source: WireBytes;
  readonly #keys: ByteDictionary;
  readonly #order: AttributeOrder;
  readonly #shared: SharedReader;
  readonly #attributes: Attributes;
  readonly #values = new GrowableBytes();

  constructor(source: WireBytes, keys: ByteDictionary, order: AttributeOrder, shared: SharedReader) {
    this.#source = source;
    this.#keys = keys;
    this.#order = order;
    this.#shared = shared;
    this.#attributes = new Attributes(source, keys);
  }

  /** Appends the attributes as `seriesId` hashes them. `[start, end)` holds fields with attributes and nothing else. */
  encode(start: number, end: number, out: GrowableBytes): void {
    const order = this.#read(start, end);
    this.#attributes.checkAll(order);
    out.varUint(order.length);
    for (const position of order) {
      this.#keys.writeEncoded(this.#attributes.keys[position] as number, out);
      this.#attributes.writeText(position, out);
    }
  }

  /** The attributes as they are stored. They must have been encoded before, and so be in order. */
  textsOf(start: number, end: number): [string, string][] {
    const order = this.#read(start, end);
    const values = this.#values;
    values.length = 0;
    for (const position of order) this.#attributes.writeText(position, values);
    const keys = Array.from(order, (position) => this.#attributes.keys[position] as number);
    return this.#shared.textsOf({ keys, values: values.bytes.subarray(0, values.length) });
  }

  /** Checks one attribute that is not stored, from the position to `end`. */
  check(end: number): void {
    this.#attributes.count = 0;
    this.#attributes.read(end);
    this.#values.length = 0;
    this.#attributes.writeText(0, this.#values);
  }

  #read(start: number, end: number): Int32Array {
    const source = this.#source;
    const attributes = this.#attributes;
    attributes.count = 0;
    const before = source.at;
    source.at = start;
    while (source.at < end) {
      source.varint31(end);
      attributes.read(source.delimited(end));
    }
    source.at = before;
    return this.#order.of(attributes.keys, attributes.count);
  }
}
