import type { Reading } from '../clickhouse/reading.js';
import { HOUR_NANO, intersect, type Range, storedRange } from '../time/time-range.js';
import { windows } from '../time/windows.js';
import { PageBuilder, type PageBuilderOptions, type TracePage } from './trace-page.js';

/** Hours of one operation are read about as fast as one hour of it, since an hour's spans are ordered by service and operation. */
const ONE_OPERATION_NANO = 6n * HOUR_NANO;

export interface TracePageOptions extends Omit<PageBuilderOptions, 'stored'> {
  readonly range: Range;
  /** Whether the condition lets in one service and operation only, which lie together. */
  readonly isOneOperation?: boolean;
}

/** One page of whole traces that begin in the range; empty only at the end of the listing. */
export async function listTracePage(reading: Reading, options: TracePageOptions): Promise<TracePage> {
  const stored = storedRange(reading.nowMs, reading.reader.retentionDays);
  const range = intersect(options.range, stored);
  if (!range) return { traces: [], last: undefined };
  const page = new PageBuilder(reading, { ...options, stored });
  const { order, after } = options;
  const parts =
    order.key === 'start'
      ? windows(range, {
          isDescending: order.isDescending,
          from: after?.key,
          isSparse: () => page.isSparse,
          ...(options.isOneOperation && { firstNano: ONE_OPERATION_NANO }),
        })
      : // By duration nothing can be left out.
        [range];
  for (const window of parts) {
    await page.fillFrom(window);
    if (page.isFull) break;
  }
  return page.finish();
}
