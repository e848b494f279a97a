/** Counts items by UTC day. Those of one day mostly follow one another. */
export class DayCounts {
  readonly #counts = new Map<number, number>();
  #day = 0;
  #items = 0;

  add(day: number, items: number): void {
    if (day !== this.#day) {
      this.#settle();
      this.#day = day;
    }
    this.#items += items;
  }

  /** Days with their items, in the order in which they came; the count begins anew. */
  take(): [day: number, items: number][] {
    this.#settle();
    const counts = [...this.#counts];
    this.#counts.clear();
    return counts;
  }

  clear(): void {
    this.#items = 0;
    this.#counts.clear();
  }

  #settle(): void {
    if (this.#items > 0) this.#counts.set(this.#day, (this.#counts.get(this.#day) ?? 0) + this.#items);
    this.#items = 0;
  }
}
