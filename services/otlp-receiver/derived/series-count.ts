import { LabelValues } from './label-values.js';
import { SortedIds } from './sorted-ids.js';

/**
 * `stored`: it has a row with its labels already. `fits`: it gets one. `over`: the cap is reached, so its labels are not kept.
 */
export type SeriesFate = 'stored' | 'fits' | 'over';

/** The store is asked again when this share of the room that was left is taken: up to that many receivers cannot overrun it together. */
const STEPS = 8;
/** Rows are in the store seconds after they were acknowledged; asking more often would tell nothing new. */
const MIN_ASK_INTERVAL_MS = 2_000;
/** Over the cap, what other receivers let in at the last moment is still to be learnt. */
const FULL_ASK_INTERVAL_MS = 30_000;
/** A series that was let in and is still not in the store after that will not come: its export was refused. */
const MAX_RESERVED_MS = 300_000;

/** Series with labels of their own that one tenant has on one UTC day, as far as this process knows. */
export class SeriesCount {
  /** Over the cap: which labels there are. */
  readonly labels = new LabelValues();
  #stored = new SortedIds();
  /** Let in by this process, with the time, and not among the stored ones yet. */
  readonly #reserved = new Map<bigint, number>();
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #isAsking = false;
  #isFull = false;
  #size = 1;

  /** What it takes in memory, in units of about 64 bytes; as of the last `measure`. */
  get size(): number {
    return this.#size;
  }

  measure(): void {
    this.#size = 1 + this.#reserved.size + Math.ceil(this.#stored.size / 8);
  }

  hasRoom(cap: number): boolean {
    return this.#stored.size + this.#reserved.size < cap;
  }

  /** Decides for a series that this process has not stored a row of. One that was let in stays in. */
  decide(id: bigint, cap: number, nowMs: number): SeriesFate {
    if (this.#stored.has(id)) return 'stored';
    if (this.#reserved.has(id)) return 'fits';
    this.#isFull = !this.hasRoom(cap);
    if (this.#isFull) return 'over';
    this.#reserved.set(id, nowMs);
    return 'fits';
  }

  /** Whether the store should be asked now. `asked` or `failed` must follow. */
  wantsToAsk(cap: number, nowMs: number): boolean {
    const step = Math.max(1, Math.ceil((cap - this.#stored.size) / STEPS));
    const intervalMs = this.#isFull && this.#reserved.size === 0 ? FULL_ASK_INTERVAL_MS : MIN_ASK_INTERVAL_MS;
    if (this.#isAsking || nowMs - this.#askedAtMs < intervalMs) return false;
    if (this.#reserved.size < step && !this.#isFull) return false;
    this.#isAsking = true;
    this.#askedAtMs = nowMs;
    return true;
  }

  asked(stored: SortedIds, nowMs: number): void {
    this.#isAsking = false;
    this.#stored = stored;
    for (const [id, sinceMs] of this.#reserved)
      if (stored.has(id) || nowMs - sinceMs > MAX_RESERVED_MS) this.#reserved.delete(id);
    this.measure();
  }

  failed(): void {
    this.#isAsking = false;
  }
}
