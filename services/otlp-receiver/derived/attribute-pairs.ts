/**
 * What the catalogue takes, so that an attribute with ever new values (ids, addresses, messages) cannot flood it. Lengths are in
 * UTF-16 code units; the counts are per receiver process, project, signal, source (resource, scope, attribute) and UTC day.
 * What is over a limit is stored with its item as ever, and only not offered for completion.
 */
export const CATALOGUE_LIMITS = {
  keyLength: 128,
  valueLength: 256,
  valuesPerKey: 500,
  pairsPerSource: 5_000,
} as const;

/** Attributes with the values they were seen with. */
export class AttributePairs {
  readonly #values = new Map<string, Map<string, number>>();
  #size = 0;

  /** Pairs of a key and a value. */
  get size(): number {
    return this.#size;
  }

  has(key: string, value: string): boolean {
    return this.#values.get(key)?.has(value) ?? false;
  }

  valuesOf(key: string): number {
    return this.#values.get(key)?.size ?? 0;
  }

  add(key: string, value: string, items: number): void {
    const values = this.#values.get(key) ?? new Map<string, number>();
    const seen = values.get(value);
    if (seen === undefined) this.#size++;
    values.set(value, (seen ?? 0) + items);
    this.#values.set(key, values);
  }

  *[Symbol.iterator](): Generator<readonly [key: string, value: string, items: number]> {
    for (const [key, values] of this.#values) for (const [value, items] of values) yield [key, value, items];
  }
}

/** Whether there is room for a pair that neither of the two sets holds. */
export function fitsCatalogue(
  key: string,
  value: string,
  [known, added]: readonly [AttributePairs | undefined, AttributePairs],
): boolean {
  if (key.length > CATALOGUE_LIMITS.keyLength || value.length > CATALOGUE_LIMITS.valueLength) return false;
  const values = (known?.valuesOf(key) ?? 0) + added.valuesOf(key);
  const pairs = (known?.size ?? 0) + added.size;
  return values < CATALOGUE_LIMITS.valuesPerKey && pairs < CATALOGUE_LIMITS.pairsPerSource;
}
