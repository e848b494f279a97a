/** A growable list of 32-bit numbers, reused from block to block. */
export class Numbers {
  values = new Uint32Array(256);
  length = 0;

  push(value: number): void {
    if (this.length === this.values.length) this.#grow();
    this.values[this.length++] = value;
  }

  /** Appends `count` copies of a pattern that was appended to another list. */
  pushRun(pattern: readonly number[], count: number): void {
    for (let copy = 0; copy < count; copy++) for (const value of pattern) this.push(value);
  }

  #grow(): void {
    const larger = new Uint32Array(this.values.length * 2);
    larger.set(this.values);
    this.values = larger;
  }
}
