import type { NativeBlock } from '../native/block.js';

/** A block that waits for its insert. */
export interface Pending {
  readonly block: NativeBlock;
  /** Point of `performance.now()` at which the exporter's wait ends. */
  readonly deadlineMs: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface BatchLimits {
  readonly maxRows: number;
  readonly maxBytes: number;
  /** Distinct days, which are partitions: ClickHouse refuses an insert into more than 100. */
  readonly maxDays: number;
}

/** Takes as many blocks from the front of the queue as fit into one insert; always at least one. */
export function takeBatch(queue: Pending[], limits: BatchLimits): Pending[] {
  const days = new Set<number>();
  let rows = 0;
  let bytes = 0;
  let count = 0;
  for (const { block } of queue) {
    rows += block.rows;
    bytes += block.bytes.length;
    for (const day of block.days) days.add(day);
    const fits = rows <= limits.maxRows && bytes <= limits.maxBytes && days.size <= limits.maxDays;
    if (!fits && count > 0) break;
    count++;
  }
  return queue.splice(0, count);
}
