import { earlier, HOUR_NANO, later, type Range } from './time-range.js';
import type { TraceOrder } from './trace-order.js';

/** A page is mostly found in the newest hour; each further window is this much wider than the one before. */
const FIRST_WINDOW_NANO = HOUR_NANO;
const GROWTH = 4n;

/**
 * Cuts a range into windows in the order of the listing, widening, so that the first page does not read the whole range.
 * By duration nothing can be left out: one window. `from` is where the listing stands, when ordered by start.
 */
export function* windows(range: Range, order: TraceOrder, from: bigint | undefined): Generator<Range> {
  if (order.key === 'duration') {
    yield range;
    return;
  }
  let { startUnixNano, endUnixNano } = startingAt(range, order, from);
  for (let width = FIRST_WINDOW_NANO; startUnixNano <= endUnixNano; width *= GROWTH) {
    if (order.isDescending) {
      const edge = endUnixNano - width;
      yield { startUnixNano: later(edge, startUnixNano), endUnixNano };
      endUnixNano = edge - 1n;
    } else {
      const edge = startUnixNano + width;
      yield { startUnixNano, endUnixNano: earlier(edge, endUnixNano) };
      startUnixNano = edge + 1n;
    }
  }
}

function startingAt(range: Range, order: TraceOrder, from: bigint | undefined): Range {
  if (from === undefined) return range;
  const { startUnixNano, endUnixNano } = range;
  if (order.isDescending) return { startUnixNano, endUnixNano: earlier(from, endUnixNano) };
  return { startUnixNano: later(from, startUnixNano), endUnixNano };
}
