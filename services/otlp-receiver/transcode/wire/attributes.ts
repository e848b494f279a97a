import type { AnyValue } from '../../../../gen/otlp/opentelemetry/proto/common/v1/common.js';
import { toText } from '../reference/attributes.js';
import { readNestedValue } from '../reference/nested-value.js';
import type { ByteDictionary } from './columns/byte-dictionary.js';
import { GrowableBytes } from './columns/growable-bytes.js';
import { UNUSUAL } from './unusual.js';
import { EXACT_VARINT_BYTES, int64Varint, isOneVarint, smallVarint } from './varints.js';
import { DELIMITED, type WireBytes } from './wire-bytes.js';

/** What an attribute value is. NESTED stands for lists, maps and bytes. */
export const ABSENT = 0;
export const TEXT = 1;
const BOOL = 2;
const INT = 3;
export const DOUBLE = 4;
export const NESTED = 5;

const TAG_KEY = (1 << 3) | DELIMITED;
const TAG_VALUE = (2 << 3) | DELIMITED;
const TAG_TEXT = 0x0a;
const TAG_INT = 0x18;
const INITIAL_CAPACITY = 64;

/** The attributes of the item being read: where each value lies in the request. */
export class Attributes {
  readonly #source: WireBytes;
  readonly #texts: ByteDictionary;
  keys = new Int32Array(INITIAL_CAPACITY);
  kinds = new Uint8Array(INITIAL_CAPACITY);
  starts = new Int32Array(INITIAL_CAPACITY);
  ends = new Int32Array(INITIAL_CAPACITY);
  count = 0;

  constructor(source: WireBytes, texts: ByteDictionary) {
    this.#source = source;
    this.#texts = texts;
  }

  /** Reads one KeyValue message, from the position to `end`. */
  read(end: number): void {
    if (this.count === this.keys.length) this.#grow();
    if (this.#readUsual(end)) this.count++;
    else this.#readAny(end);
  }

  /**
   * The form that every exporter sends: key, then value, each shorter than 128 bytes, one text or number in the value. True when
   * it was that; nothing is read otherwise.
   */
  #readUsual(end: number): boolean {
    const source = this.#source;
    const { bytes, at } = source;
    if (end - at < 4 || bytes[at] !== TAG_KEY) return false;
    const keyStart = at + 2;
    const keyEnd = keyStart + (bytes[at + 1] as number);
    if (keyEnd + 4 > end || (bytes[at + 1] as number) > 0x7f || bytes[keyEnd] !== TAG_VALUE) return false;
    const value = keyEnd + 2;
    if (value + (bytes[keyEnd + 1] as number) !== end || (bytes[keyEnd + 1] as number) > 0x7f) return false;
    const index = this.count;
    const tag = bytes[value];
    if (tag === TAG_TEXT) {
      if (value + 2 + (bytes[value + 1] as number) !== end || (bytes[value + 1] as number) > 0x7f)
        return false;
      this.kinds[index] = TEXT;
      this.starts[index] = value + 2;
    } else if (tag === TAG_INT && isOneVarint(bytes, value + 1, end)) {
      this.kinds[index] = INT;
      this.starts[index] = value + 1;
    } else return false;
    this.ends[index] = end;
    // The list still holds the keys of the item before, which most likely had the same.
    this.keys[index] = this.#texts.findLike(this.keys[index] as number, source, keyStart, keyEnd);
    source.at = end;
    return true;
  }

  #readAny(end: number): void {
    const source = this.#source;
    let keyStart = 0;
    let keyEnd = 0;
    let valueStart = -1;
    let valueEnd = 0;
    while (source.at < end) {
      const tag = source.varint31(end);
      if (tag === TAG_KEY) {
        keyEnd = source.delimited(end);
        keyStart = source.at;
        source.at = keyEnd;
      } else if (tag === TAG_VALUE) {
        if (valueStart >= 0) throw UNUSUAL;
        valueEnd = source.delimited(end);
        valueStart = source.at;
        source.at = valueEnd;
      } else source.skip(tag, end);
    }
    this.keys[this.count] = this.#texts.find(source, keyStart, keyEnd);
    if (valueStart < 0) this.kinds[this.count] = ABSENT;
    else {
      source.at = valueStart;
      this.readValue(valueEnd);
    }
    source.at = end;
    this.count++;
  }

  /** Reads the AnyValue message from the position to `end` as the next value, without counting it. More than one value in it is UNUSUAL. */
  readValue(end: number): void {
    const source = this.#source;
    const start = source.at;
    const index = this.count;
    this.kinds[index] = ABSENT;
    while (source.at < end) {
      const tag = source.varint31(end);
      const kind = KIND_BY_TAG[tag] ?? ABSENT;
      if (kind === ABSENT) {
        source.skip(tag, end);
        continue;
      }
      if (this.kinds[index] !== ABSENT) throw UNUSUAL;
      this.kinds[index] = kind;
      this.#locate(kind, start, end);
    }
  }

  #locate(kind: number, start: number, end: number): void {
    const source = this.#source;
    const index = this.count;
    if (kind === TEXT) {
      this.ends[index] = source.delimited(end);
      this.starts[index] = source.at;
      source.at = this.ends[index] as number;
    } else if (kind === NESTED) {
      source.at = source.delimited(end);
      this.starts[index] = start;
      this.ends[index] = end;
    } else {
      this.starts[index] = source.at;
      if (kind === DOUBLE) source.fixed(8, end);
      else source.skipVarint(end);
      this.ends[index] = source.at;
    }
  }

  #grow(): void {
    const larger = <T extends Int32Array | Uint8Array>(list: T, copy: T): T => {
      copy.set(list);
      return copy;
    };
    const capacity = this.keys.length * 2;
    this.keys = larger(this.keys, new Int32Array(capacity));
    this.kinds = larger(this.kinds, new Uint8Array(capacity));
    this.starts = larger(this.starts, new Int32Array(capacity));
    this.ends = larger(this.ends, new Int32Array(capacity));
  }

  /**
   * Checks every value when some are not stored, because a later one has the same key: what is not stored must not be wrong
   * either.
   */
  checkAll(order: Int32Array): void {
    if (order.length === this.count) return;
    const unused = new GrowableBytes();
    for (let index = 0; index < this.count; index++) this.writeText(index, unused);
  }

  /** Writes the value at `index` as text. */
  writeText(index: number, out: GrowableBytes): void {
    const source = this.#source;
    switch (this.kinds[index]) {
      case TEXT:
        out.text(source, this.starts[index] as number, this.ends[index] as number);
        break;
      case INT:
        this.#writeInt(index, out);
        break;
      case BOOL:
        out.ascii(this.#bool(index) ? 'true' : 'false');
        break;
      case DOUBLE:
        out.ascii(String(source.view.getFloat64(this.starts[index] as number, true)));
        break;
      case NESTED:
        out.string(toText(this.nestedAt(index)));
        break;
      default:
        out.uint8(0);
    }
  }

  isNumber(index: number): boolean {
    const kind = this.kinds[index];
    return kind === INT || kind === DOUBLE;
  }

  numberAt(index: number): number {
    const start = this.starts[index] as number;
    if (this.kinds[index] === DOUBLE) return this.#source.view.getFloat64(start, true);
    const size = (this.ends[index] as number) - start;
    return size <= EXACT_VARINT_BYTES
      ? smallVarint(this.#source.bytes, start, size)
      : Number(int64Varint(this.#source.bytes, start, size));
  }

  #writeInt(index: number, out: GrowableBytes): void {
    const start = this.starts[index] as number;
    const size = (this.ends[index] as number) - start;
    if (size <= EXACT_VARINT_BYTES) out.decimal(smallVarint(this.#source.bytes, start, size));
    else out.ascii(String(int64Varint(this.#source.bytes, start, size)));
  }

  #bool(index: number): boolean {
    const start = this.starts[index] as number;
    if ((this.ends[index] as number) - start !== 1) throw UNUSUAL;
    return this.#source.bytes[start] !== 0;
  }

  /** The list, map or bytes at `index`, decoded. */
  nestedAt(index: number): AnyValue {
    const bytes = this.#source.bytes.subarray(this.starts[index], this.ends[index]);
    const value = readNestedValue(bytes);
    if (value === undefined) throw UNUSUAL;
    return value;
  }
}

const KIND_BY_TAG: readonly (number | undefined)[] = (() => {
  const kinds: (number | undefined)[] = [];
  kinds[0x0a] = TEXT;
  kinds[0x10] = BOOL;
  kinds[0x18] = INT;
  kinds[0x21] = DOUBLE;
  for (const tag of [0x2a, 0x32, 0x3a]) kinds[tag] = NESTED;
  return Array.from({ length: 0x3b }, (_, tag) => kinds[tag]);
})();
