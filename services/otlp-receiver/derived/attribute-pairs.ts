import type { CardinalityLimits } from '../admission/admission.js';

/**
 * What the catalogue takes, so that an attribute with ever new values (ids, addresses, messages) cannot flood it. Lengths are in
 * UTF-16 code units; the counts are per receiver process, project, signal, source (resource, scope, attribute) and UTC day.
 * What is over a limit is stored with its item as ever, and only not offered for completion.
 */
export const CATALOGUE_LIMITS = {
  keyLength: 128,
  valueLength: 256,
  pairsPerSource: 10_000,
  /** Where the tenant's limits are not known; names have no limit of their own then. */
  valuesPerKey: 500,
} as const;

/** Why the catalogue does not take an attribute. */
export type CatalogueMiss = 'too_long' | 'too_many_pairs' | 'attribute_keys_cap' | 'attribute_values_cap';

/** Attributes with the values they were seen with. */
export class AttributePairs {
  readonly #values = new Map<string, Map<string, number>>();
  readonly #beside: AttributePairs | undefined;
  #size = 0;
  #newKeys = 0;

  /** `beside`: others, whose keys are not new. */
  constructor(beside?: AttributePairs) {
    this.#beside = beside;
  }

  /** Pairs of a key and a value. */
  get size(): number {
    return this.#size;
  }

  /** Keys that are not among those beside. */
  get newKeys(): number {
    return this.#newKeys;
  }

  has(key: string, value: string): boolean {
    return this.#values.get(key)?.has(value) ?? false;
  }

  valuesOf(key: string): number {
    return this.#values.get(key)?.size ?? 0;
  }

  add(key: string, value: string, items: number): void {
    const values = this.#values.get(key) ?? this.#begin(key);
    const seen = values.get(value);
    if (seen === undefined) this.#size++;
    values.set(value, (seen ?? 0) + items);
  }

  #begin(key: string): Map<string, number> {
    const values = new Map<string, number>();
    this.#values.set(key, values);
    if (!this.#beside?.valuesOf(key)) this.#newKeys++;
    return values;
  }

  *[Symbol.iterator](): Generator<readonly [key: string, value: string, items: number]> {
    for (const [key, values] of this.#values) for (const [value, items] of values) yield [key, value, items];
  }
}

/** Why there is no room for a pair that neither of the two sets holds; undefined when there is. */
export function missOf(
  key: string,
  value: string,
  [known, added]: readonly [AttributePairs | undefined, AttributePairs],
  caps: CardinalityLimits | undefined,
): CatalogueMiss | undefined {
  const { keyLength, valueLength, pairsPerSource, valuesPerKey } = CATALOGUE_LIMITS;
  if (key.length > keyLength || value.length > valueLength) return 'too_long';
  if ((known?.size ?? 0) + added.size >= pairsPerSource) return 'too_many_pairs';
  const values = (known?.valuesOf(key) ?? 0) + added.valuesOf(key);
  if (values >= (caps?.maxAttributeValuesPerKey ?? valuesPerKey)) return 'attribute_values_cap';
  const keys = (known?.newKeys ?? 0) + added.newKeys;
  return values === 0 && caps && keys >= caps.maxAttributeKeys ? 'attribute_keys_cap' : undefined;
}
