const MAX_KEYS = 64;
const MAX_VALUES = 256;
const MAX_VALUE_LENGTH = 64;

/** Counts the values of labels, as far as it takes to see which label has most. */
export class LabelValues {
  readonly #values = new Map<string, Set<string>>();

  add(entries: readonly (readonly [string, string])[]): void {
    for (const [key, value] of entries) {
      const values = this.#values.get(key) ?? new Set();
      if (values.size < MAX_VALUES) values.add(value.slice(0, MAX_VALUE_LENGTH));
      if (this.#values.size < MAX_KEYS) this.#values.set(key, values);
    }
  }

  /** For a sentence: `label "user.id" has most values (at least 256)`; empty without labels. */
  describeMost(): string {
    let [mostKey, most] = ['', 0];
    for (const [key, { size }] of this.#values) if (size > most) [mostKey, most] = [key, size];
    if (most === 0) return '';
    const count = most < MAX_VALUES ? String(most) : `at least ${MAX_VALUES}`;
    return `label ${JSON.stringify(mostKey)} has most values (${count})`;
  }
}
