/** A set of 64-bit ids in 8 bytes each. */
export class SortedIds {
  readonly #ids: BigUint64Array;

  /** `ids` in ascending order, each once. */
  constructor(ids: BigUint64Array = new BigUint64Array()) {
    this.#ids = ids;
  }

  get size(): number {
    return this.#ids.length;
  }

  has(id: bigint): boolean {
    let [low, high] = [0, this.#ids.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ids[middle] as bigint) < id) low = middle + 1;
      else high = middle;
    }
    return this.#ids[low] === id;
  }
}
