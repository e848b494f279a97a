import { LabelValues } from './label-values.js';
import { Room } from './room.js';
import { SortedIds } from './sorted-ids.js';

/**
 * `stored`: it has a row with its labels already. `fits`: it gets one. `over`: the cap is reached, so its labels are not kept.
 * `lacks`: there may be room, which is to be asked for.
 */
export type SeriesFate = 'stored' | 'fits' | 'over' | 'lacks';

/** Rows are in the store seconds after they were acknowledged; asking more often would tell nothing new. */
const MIN_COUNT_INTERVAL_MS = 2_000;
/** A series that was let in and is still not in the store after that will not come: its export was refused. */
const MAX_RESERVED_MS = 300_000;

/** Series with labels of their own that one tenant has on one UTC day, as far as this process knows. */
export class SeriesCount {
  /** Over the cap: which labels there are. */
  readonly labels = new LabelValues();
  /** Undefined where no other process fills the same cap. */
  readonly room: Room | undefined;
  #stored = new SortedIds();
  /** Let in by this process, with the time, and not among the stored ones yet. */
  readonly #reserved = new Map<bigint, number>();
  #countedAtMs = Number.NEGATIVE_INFINITY;
  #size = 1;

  constructor(isShared: boolean) {
    this.room = isShared ? new Room() : undefined;
  }

  /** What it takes in memory, in units of about 64 bytes; as of the last `measure`. */
  get size(): number {
    return this.#size;
  }

  get stored(): number {
    return this.#stored.size;
  }

  /** Let in and not known to be stored. */
  get held(): number {
    return this.#reserved.size;
  }

  measure(): void {
    this.#size = 1 + this.#reserved.size + Math.ceil(this.#stored.size / 8);
  }

  hasRoom(cap: number): boolean {
    return this.room ? !this.room.isFull(cap) : this.#stored.size + this.#reserved.size < cap;
  }

  isSurelyOver(cap: number, nowMs: number): boolean {
    return this.room?.isSurelyFull(cap, nowMs) ?? true;
  }

  /** Decides for a series that this process has not stored a row of. One that was let in stays in. */
  decide(id: bigint, cap: number, nowMs: number): SeriesFate {
    if (this.#stored.has(id)) return 'stored';
    if (this.#reserved.has(id) || this.#take(id, nowMs)) return 'fits';
    if (!this.hasRoom(cap)) return 'over';
    if (this.room) return 'lacks';
    this.#reserved.set(id, nowMs);
    return 'fits';
  }

  /** Lets in series that lacked room; false when there is not enough for all of them. */
  letIn(ids: ReadonlySet<bigint>, nowMs: number): boolean {
    let areAllIn = true;
    for (const id of ids)
      areAllIn = this.#stored.has(id) || this.#reserved.has(id) || this.#take(id, nowMs) ? areAllIn : false;
    return areAllIn;
  }

  /** Whether the store should be asked now. It counts as asked. */
  wantsToCount(nowMs: number): boolean {
    if (nowMs - this.#countedAtMs < MIN_COUNT_INTERVAL_MS) return false;
    this.#countedAtMs = nowMs;
    return true;
  }

  counted(stored: SortedIds, nowMs: number): void {
    this.#stored = stored;
    for (const [id, sinceMs] of this.#reserved)
      if (stored.has(id) || nowMs - sinceMs > MAX_RESERVED_MS) this.#reserved.delete(id);
    this.measure();
  }

  #take(id: bigint, nowMs: number): boolean {
    if (!this.room?.take(nowMs)) return false;
    this.#reserved.set(id, nowMs);
    return true;
  }
}
