import { ExpiringMap } from '../../../lib/kv/expiring-map.js';
import { SLICES, type WindowAdjustment } from '../../../lib/kv/window.js';

/** Amounts by slice of the window. */
type Sums = Map<number, number[]>;

/** What one replica granted while the shared windows were away, for as long as that matters: a window. */
export class Unshared {
  readonly #accounts: ExpiringMap<Sums>;

  constructor(nowMs: () => number = Date.now) {
    this.#accounts = new ExpiringMap(nowMs);
  }

  add(account: string, windowMs: number, { index, amounts }: WindowAdjustment): void {
    const key = keyOf(account, windowMs);
    const sums: Sums = this.#accounts.get(key) ?? new Map();
    const sum = sums.get(index) ?? amounts.map(() => 0);
    sums.set(
      index,
      sum.map((value, unit) => value + (amounts[unit] ?? 0)),
    );
    const latest = Math.max(...sums.keys());
    for (const known of sums.keys()) if (known < latest - SLICES) sums.delete(known);
    this.#accounts.set(key, sums, 2 * windowMs);
  }

  /** Everything of an account, which is forgotten here. */
  take(account: string, windowMs: number): WindowAdjustment[] {
    const key = keyOf(account, windowMs);
    const sums = this.#accounts.get(key);
    if (!sums) return [];
    this.#accounts.delete(key);
    return [...sums].map(([index, amounts]) => ({ index, amounts }));
  }

  putBack(account: string, windowMs: number, taken: readonly WindowAdjustment[]): void {
    for (const adjustment of taken) this.add(account, windowMs, adjustment);
  }

  sweep(): void {
    this.#accounts.sweep();
  }
}

const keyOf = (account: string, windowMs: number): string => `${account} ${windowMs}`;
