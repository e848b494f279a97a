import type { NativeBlock } from '../../native/block.js';
import type { OpenFile } from '../files.js';
import { laneKey, type SealedSegment } from './segment.js';
import { SegmentFile, type SegmentLimits } from './segment-file.js';

export interface OpenSegmentsOptions {
  readonly directory: string;
  readonly worker: string;
  readonly limits: SegmentLimits;
  /**
   * A segment that came out of nothing waits this long for company; one that follows another, until `maxAgeMs` after that one
   * was sealed. So what comes alone is stored at once, and a steady stream makes few inserts.
   */
  readonly lingerMs: number;
  readonly maxAgeMs: number;
  readonly open: OpenFile;
  readonly onSealed: (segment: SealedSegment) => void;
}

/** The segments that grow at the moment, one per table and lane. */
export class OpenSegments {
  readonly #options: OpenSegmentsOptions;
  readonly #open = new Map<string, SegmentFile>();
  readonly #lastSealedMs = new Map<string, number>();
  #retired = new Set<SegmentFile>();

  constructor(options: OpenSegmentsOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#open.size === 0 && this.#retired.size === 0;
  }

  /** The segment that takes the block; when the one that is open does not, it is retired and another begins. */
  forBlock(database: string, block: NativeBlock, lane: number): SegmentFile {
    const { directory, worker, limits, open } = this.#options;
    const { table, columns } = block;
    const current = this.#open.get(`${lane} ${database}.${table}`);
    if (current && sameColumns(current, columns) && current.fits(block, limits)) return current;
    if (current) this.retire(current);
    const target = { worker, database, table, columns };
    const segment = new SegmentFile({ directory, target, lane, open });
    this.#open.set(laneKey(segment), segment);
    return segment;
  }

  /** From now on the segment takes nothing more; `sealRetired` closes it. */
  retire(segment: SegmentFile): void {
    const key = laneKey(segment);
    if (this.#open.get(key) === segment) this.#open.delete(key);
    this.#retired.add(segment);
  }

  retireFull(): void {
    for (const segment of [...this.#open.values()])
      if (segment.isFull(this.#options.limits)) this.retire(segment);
  }

  retireAll(): void {
    for (const segment of [...this.#open.values()]) this.retire(segment);
  }

  /** Segments that have waited long enough. */
  due(nowMs: number): readonly SegmentFile[] {
    const { lingerMs, maxAgeMs } = this.#options;
    return [...this.#open.values()].filter((segment) => {
      const lastMs = this.#lastSealedMs.get(laneKey(segment)) ?? Number.NEGATIVE_INFINITY;
      return nowMs >= Math.max(segment.createdMs + lingerMs, lastMs + maxAgeMs);
    });
  }

  async sealRetired(): Promise<void> {
    const retired = [...this.#retired];
    this.#retired = new Set();
    for (const segment of retired) {
      this.#noteSealed(segment);
      const sealed = await segment.seal();
      if (sealed) this.#options.onSealed(sealed);
    }
  }

  /** Lanes come and go with their tenants, so what is too old to matter is forgotten. */
  #noteSealed(segment: SegmentFile): void {
    const nowMs = performance.now();
    const key = laneKey(segment);
    this.#lastSealedMs.delete(key);
    this.#lastSealedMs.set(key, nowMs);
    for (const [oldest, sealedMs] of this.#lastSealedMs) {
      if (nowMs - sealedMs < this.#options.maxAgeMs) return;
      this.#lastSealedMs.delete(oldest);
    }
  }
}

function sameColumns(segment: SegmentFile, columns: readonly string[]): boolean {
  const known = segment.header.columns;
  return known.length === columns.length && known.every((name, index) => name === columns[index]);
}
