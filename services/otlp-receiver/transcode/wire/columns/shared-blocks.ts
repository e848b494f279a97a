import { resourceHash } from '../../resource-hash.js';
import type { AttributeOrder } from '../attribute-order.js';
import { Attributes } from '../attributes.js';
import { DELIMITED, type WireBytes } from '../wire-bytes.js';
import type { ByteDictionary } from './byte-dictionary.js';
import { GrowableBytes } from './growable-bytes.js';
import type { AttributeBlock } from './map-column.js';

/** What the semantic conventions call a service that does not say its name. */
const UNKNOWN_SERVICE = 'unknown_service';

/** A resource as its items store it. */
export interface ResourceBlock extends AttributeBlock {
  /** Number in the dictionary of names. */
  readonly serviceName: number;
  readonly hashLow: number;
  readonly hashHigh: number;
}

/** An instrumentation scope as its items store it. */
export interface ScopeBlock extends AttributeBlock {
  readonly name: number;
  readonly version: number;
}

const MAX_REMEMBERED = 1_000;
/** Larger messages are rare, and remembering them would cost more memory than time. */
const MAX_REMEMBERED_BYTES = 4_096;

/** Exporters send the same resource and scope with every request, so each is encoded once and found again by its bytes. */
export class Remembered<T> {
  readonly #byBytes = new Map<string, T>();

  find(source: WireBytes, start: number, end: number, make: () => T): T {
    if (end - start > MAX_REMEMBERED_BYTES) return make();
    const key = Buffer.from(source.bytes.buffer, source.bytes.byteOffset + start, end - start).toString(
      'latin1',
    );
    const known = this.#byBytes.get(key);
    if (known !== undefined) return known;
    const made = make();
    if (this.#byBytes.size >= MAX_REMEMBERED) this.#byBytes.clear();
    this.#byBytes.set(key, made);
    return made;
  }

  clear(): void {
    this.#byBytes.clear();
  }
}

/** Reads what the items of a resource or of a scope have in common. */
export class SharedReader {
  readonly #source: WireBytes;
  readonly #attributes: Attributes;
  readonly #order: AttributeOrder;
  readonly #names: ByteDictionary;
  readonly #keys: ByteDictionary;

  constructor(
    source: WireBytes,
    texts: { readonly names: ByteDictionary; readonly keys: ByteDictionary },
    order: AttributeOrder,
  ) {
    this.#source = source;
    this.#attributes = new Attributes(source, texts.keys);
    this.#order = order;
    this.#names = texts.names;
    this.#keys = texts.keys;
  }

  /** The Resource message `[start, end)`. */
  resource(start: number, end: number): ResourceBlock {
    this.#begin(start);
    while (this.#source.at < end) {
      const tag = this.#source.varint31(end);
      if (tag === TAG_RESOURCE_ATTRIBUTES) this.#attributes.read(this.#source.delimited(end));
      else if (tag === TAG_ENTITY_REFS) this.#source.skipFields(this.#source.delimited(end));
      else this.#source.skip(tag, end);
    }
    const block = this.#finish();
    const entries = this.textsOf(block);
    const hash = resourceHash(entries);
    const serviceName = entries.find(([key]) => key === 'service.name')?.[1] || UNKNOWN_SERVICE;
    return {
      ...block,
      serviceName: this.#names.findText(serviceName),
      hashLow: Number(hash & 0xffffffffn),
      hashHigh: Number(hash >> 32n),
    };
  }

  /** The InstrumentationScope message `[start, end)`. */
  scope(start: number, end: number): ScopeBlock {
    const source = this.#source;
    this.#begin(start);
    let name = 0;
    let version = 0;
    while (source.at < end) {
      const tag = source.varint31(end);
      if (tag === TAG_SCOPE_NAME) name = this.#names.read(source, end);
      else if (tag === TAG_SCOPE_VERSION) version = this.#names.read(source, end);
      else if (tag === TAG_SCOPE_ATTRIBUTES) this.#attributes.read(source.delimited(end));
      else source.skip(tag, end);
    }
    return { ...this.#finish(), name, version };
  }

  #begin(start: number): void {
    this.#source.at = start;
    this.#attributes.count = 0;
  }

  #finish(): AttributeBlock {
    const attributes = this.#attributes;
    const order = this.#order.of(attributes.keys, attributes.count);
    attributes.checkAll(order);
    const values = new GrowableBytes(256);
    for (const position of order) attributes.writeText(position, values);
    const keys = Array.from(order, (position) => attributes.keys[position] as number);
    return { keys, values: Buffer.from(values.bytes.subarray(0, values.length)) };
  }

  /** The attributes as they are stored. */
  textsOf({ keys, values }: AttributeBlock): [string, string][] {
    const texts = new TextReader(values);
    return keys.map((key) => [this.#keys.textOf(key), texts.next()]);
  }
}

const TAG_RESOURCE_ATTRIBUTES = (1 << 3) | DELIMITED;
const TAG_ENTITY_REFS = (3 << 3) | DELIMITED;
const TAG_SCOPE_NAME = (1 << 3) | DELIMITED;
const TAG_SCOPE_VERSION = (2 << 3) | DELIMITED;
const TAG_SCOPE_ATTRIBUTES = (3 << 3) | DELIMITED;

/** Reads length-prefixed texts one after another. */
class TextReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  next(): string {
    let size = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes[this.#at++] as number;
      size += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
    }
    const start = this.#at;
    this.#at += size;
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + start, size).toString('utf8');
  }
}
