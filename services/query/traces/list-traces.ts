import type { Reading } from '../clickhouse/reading.js';
import { HOUR_NANO, intersect, type Range, storedRange } from '../time/time-range.js';
import { windows } from '../time/windows.js';
import { PageBuilder, type PageBuilderOptions, type TracePage } from './trace-page.js';

/** Hours of one operation are read about as fast as one hour of it, since an hour's spans are ordered by service and operation. */
const ONE_OPERATION_NANO = 6n * HOUR_NANO;
/** Where what is rare is looked for first: a day, and the hour that its end has begun. */
const RARE_NANO = 25n * HOUR_NANO;

export interface TracePageOptions extends Omit<PageBuilderOptions, 'stored'> {
  readonly range: Range;
  /** Whether the condition lets in one service and operation only, which lie together. */
  readonly isOneOperation?: boolean;
  /** Whether few spans can be expected to satisfy the condition. Wrong guesses cost one statement that ends early. */
  readonly isLikelyRare?: boolean;
}

/** One page of whole traces that begin in the range; empty only at the end of the listing. */
export async function listTracePage(reading: Reading, options: TracePageOptions): Promise<TracePage> {
  const stored = storedRange(reading.nowMs, reading.reader.retentionDays);
  const range = intersect(options.range, stored);
  if (!range) return { traces: [], last: undefined };
  const page = new PageBuilder(reading, { ...options, stored });
  if (options.order.key === 'start') await fillByStart(page, { ...options, range });
  // By duration nothing can be left out.
  else await page.fillFrom(range);
  return page.finish();
}

async function fillByStart(page: PageBuilder, options: TracePageOptions): Promise<void> {
  const { range, order, after, isLikelyRare, isOneOperation } = options;
  const from = { isDescending: order.isDescending, from: after?.key, isSparse: () => page.isSparse };
  const [rare] = isLikelyRare ? windows(range, { ...from, firstNano: RARE_NANO }) : [];
  const isRare = rare !== undefined && (await page.fillWithFew(rare));
  const firstNano = isRare ? RARE_NANO : isOneOperation ? ONE_OPERATION_NANO : HOUR_NANO;
  for (const window of windows(range, { ...from, firstNano })) {
    if (page.isFull) return;
    const isFilled = isRare && window.startUnixNano === rare.startUnixNano;
    if (!isFilled) await page.fillFrom(window);
  }
}
