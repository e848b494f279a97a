interface Spent {
  readonly atMs: number;
  readonly amounts: readonly number[];
}

/** The exact sliding window: what was let in within the last `windowMs`, request by request. The reference for approximations. */
export class ExactWindow {
  readonly #spent: Spent[] = [];
  readonly #sums: number[];
  readonly #windowMs: number;

  constructor(
    windowMs: number,
    readonly limits: readonly number[],
  ) {
    this.#windowMs = windowMs;
    this.#sums = limits.map(() => 0);
  }

  /** Lets a request in when all of its amounts fit. */
  admit(amounts: readonly number[], nowMs: number): boolean {
    this.#forget(nowMs);
    const fits = this.limits.every((limit, unit) => (this.#sums[unit] ?? 0) + (amounts[unit] ?? 0) <= limit);
    if (fits) this.add(amounts, nowMs);
    return fits;
  }

  /** Counts what somebody else let in; returns the sums of the window that ends now. */
  add(amounts: readonly number[], nowMs: number): readonly number[] {
    this.#forget(nowMs);
    this.#spent.push({ atMs: nowMs, amounts });
    this.#change(amounts, 1);
    return this.#sums;
  }

  #forget(nowMs: number): void {
    while ((this.#spent[0]?.atMs ?? nowMs) <= nowMs - this.#windowMs)
      this.#change(this.#spent.shift()?.amounts, -1);
  }

  #change(amounts: readonly number[] = [], sign: 1 | -1): void {
    for (const [unit, amount] of amounts.entries())
      this.#sums[unit] = (this.#sums[unit] ?? 0) + sign * amount;
  }
}
