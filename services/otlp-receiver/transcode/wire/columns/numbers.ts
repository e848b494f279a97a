const FIRST_NUMBERS = 256;
/** Usual columns of the largest batches have fewer. */
const KEPT_NUMBERS = 2 * 2 ** 20;

/** A growable list of 32-bit numbers, reused from block to block. */
export class Numbers {
  values = new Uint32Array(FIRST_NUMBERS);
  length = 0;

  /** Empties it. What one extraordinary request needed is not kept for all that follow. */
  clear(): void {
    this.length = 0;
    if (this.values.length > KEPT_NUMBERS) this.values = new Uint32Array(FIRST_NUMBERS);
  }

  push(value: number): void {
    if (this.length === this.values.length) this.#grow();
    this.values[this.length++] = value;
  }

  /** Appends `count` copies of a pattern. */
  pushRun(pattern: readonly number[], count: number): void {
    const size = pattern.length;
    const total = size * count;
    if (total === 0) return;
    while (this.length + total > this.values.length) this.#grow();
    const start = this.length;
    this.values.set(pattern, start);
    for (let done = size; done < total; done *= 2) {
      this.values.copyWithin(start + done, start, start + Math.min(done, total - done));
    }
    this.length = start + total;
  }

  #grow(): void {
    const larger = new Uint32Array(this.values.length * 2);
    larger.set(this.values);
    this.values = larger;
  }
}
