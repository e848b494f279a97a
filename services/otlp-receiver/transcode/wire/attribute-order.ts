import type { ByteDictionary } from './columns/byte-dictionary.js';

const TABLE_SIZE = 4096;
/** More shapes than this are a sign that none of them comes back. */
const MAX_SHAPES = TABLE_SIZE / 2;
/** Longer lists are sorted each time: they are rare, and their shapes would fill the memory. */
const MAX_CACHED_LENGTH = 256;

interface Shape {
  readonly keys: Int32Array;
  readonly order: Int32Array;
}

/**
 * In which order the attributes of an item are stored: by the bytes of their keys, of equal keys only the last. Instrumentation
 * sends the same keys in the same order again and again, so the answer for a sequence of keys is remembered.
 */
export class AttributeOrder {
  readonly #keys: ByteDictionary;
  #table: (Shape | undefined)[] = new Array(TABLE_SIZE).fill(undefined);
  #shapes = 0;

  constructor(keys: ByteDictionary) {
    this.#keys = keys;
  }

  /** Positions in `keys[0 … count)`, in the order of storing. The result is shared: read only. */
  of(keys: Int32Array, count: number): Int32Array {
    if (count > MAX_CACHED_LENGTH) return this.#sort(keys, count);
    let slot = hashOf(keys, count);
    for (;;) {
      const shape = this.#table[slot];
      if (shape === undefined) return this.#add(slot, keys, count);
      if (equals(shape.keys, keys, count)) return shape.order;
      slot = (slot + 1) & (TABLE_SIZE - 1);
    }
  }

  clear(): void {
    this.#table.fill(undefined);
    this.#shapes = 0;
  }

  #add(slot: number, keys: Int32Array, count: number): Int32Array {
    const order = this.#sort(keys, count);
    if (this.#shapes === MAX_SHAPES) {
      this.clear();
      return order;
    }
    this.#shapes++;
    this.#table[slot] = { keys: keys.slice(0, count), order };
    return order;
  }

  #sort(keys: Int32Array, count: number): Int32Array {
    const lastByKey = new Map<number, number>();
    for (let position = 0; position < count; position++) lastByKey.set(keys[position] as number, position);
    const distinct = [...lastByKey].sort(([a], [b]) => this.#keys.compare(a, b));
    return Int32Array.from(distinct, ([, position]) => position);
  }
}

function hashOf(keys: Int32Array, count: number): number {
  let hash = count;
  for (let index = 0; index < count; index++)
    hash = Math.imul(hash ^ (keys[index] as number), 0x9e3779b1) ^ (hash >>> 13);
  return (hash ^ (hash >>> 16)) & (TABLE_SIZE - 1);
}

function equals(known: Int32Array, keys: Int32Array, count: number): boolean {
  if (known.length !== count) return false;
  for (let index = 0; index < count; index++) if (known[index] !== keys[index]) return false;
  return true;
}
