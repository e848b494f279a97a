import { laneKey, type SealedSegment, tableKey } from '../segments/segment.js';
import type { SegmentHeader } from '../segments/segment-format.js';

/** A segment in the queue; its file may get another name on the way. */
export interface QueuedSegment {
  segment: SealedSegment;
}

/** Segments that wait for their insert, in lanes that take turns: a long lane delays only what stands in it. */
export class FlushLanes {
  /** In the order of their turns; a lane without segments is gone. */
  readonly #lanes = new Map<string, QueuedSegment[]>();
  /** Lanes by table. */
  readonly #tables = new Map<string, number>();

  push(queued: QueuedSegment): void {
    const key = laneKey(queued.segment);
    const lane = this.#lanes.get(key);
    if (lane) lane.push(queued);
    else {
      this.#lanes.set(key, [queued]);
      this.#countLane(queued, 1);
    }
  }

  isWaiting(lane: string): boolean {
    return this.#lanes.has(lane);
  }

  /** Whether anything waits for the table, in whatever lane. */
  isTableWaiting(table: string): boolean {
    return this.#tables.has(table);
  }

  /** The first segment of the lane whose turn it is, among lanes of tables that may be written now. */
  take(mayStart: (target: SegmentHeader) => boolean): QueuedSegment | undefined {
    for (const [key, lane] of this.#lanes) {
      const [first] = lane;
      if (!first || !mayStart(first.segment.header)) continue;
      lane.shift();
      this.#lanes.delete(key);
      // Behind the others: the next turn is another lane's.
      if (lane.length > 0) this.#lanes.set(key, lane);
      else this.#countLane(first, -1);
      return first;
    }
    return undefined;
  }

  all(): QueuedSegment[] {
    return [...this.#lanes.values()].flat();
  }

  #countLane({ segment }: QueuedSegment, change: 1 | -1): void {
    const key = tableKey(segment.header);
    const lanes = (this.#tables.get(key) ?? 0) + change;
    if (lanes > 0) this.#tables.set(key, lanes);
    else this.#tables.delete(key);
  }
}
