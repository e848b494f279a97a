import type { AttributeOrder } from '../attribute-order.js';
import { Attributes } from '../attributes.js';
import type { ByteDictionary } from '../columns/byte-dictionary.js';
import { GrowableBytes } from '../columns/growable-bytes.js';
import type { SharedReader } from '../columns/shared-blocks.js';
import { WireBytes } from '../wire-bytes.js';

/** Reads the attributes of points from the bytes that are remembered of them: their fields, and nothing else. */
export class PointAttributes {
  readonly #source = new WireBytes();
  readonly #keys: ByteDictionary;
  readonly #order: AttributeOrder;
  readonly #shared: SharedReader;
  readonly #attributes: Attributes;
  readonly #values = new GrowableBytes();

  constructor(keys: ByteDictionary, order: AttributeOrder, shared: SharedReader) {
    this.#keys = keys;
    this.#order = order;
    this.#shared = shared;
    this.#attributes = new Attributes(this.#source, keys);
  }

  /** Appends the attributes as `seriesId` hashes them. */
  encode(fields: Uint8Array, out: GrowableBytes): void {
    const order = this.#read(fields);
    this.#attributes.checkAll(order);
    out.varUint(order.length);
    for (const position of order) {
      this.#keys.writeEncoded(this.#attributes.keys[position] as number, out);
      this.#attributes.writeText(position, out);
    }
  }

  /** The attributes as they are stored. They must have been encoded before, and so be in order. */
  textsOf(fields: Uint8Array): [string, string][] {
    const order = this.#read(fields);
    const values = this.#values;
    values.length = 0;
    for (const position of order) this.#attributes.writeText(position, values);
    const keys = Array.from(order, (position) => this.#attributes.keys[position] as number);
    return this.#shared.textsOf({ keys, values: values.bytes.subarray(0, values.length) });
  }

  #read(fields: Uint8Array): Int32Array {
    const source = this.#source;
    const attributes = this.#attributes;
    attributes.count = 0;
    source.open(fields);
    while (source.at < fields.length) {
      source.varint31(fields.length);
      attributes.read(source.delimited(fields.length));
    }
    return this.#order.of(attributes.keys, attributes.count);
  }
}
