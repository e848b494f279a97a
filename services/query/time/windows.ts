import { earlier, HOUR_NANO, later, type Range } from './time-range.js';

/** A page is mostly found in the newest hour; each further window is wider than the one before. */
const FIRST_WINDOW_NANO = HOUR_NANO;
const GROWTH = 4n;
/** Where there is next to nothing, each further window costs its statements for nothing: from an hour to a day, to a month. */
const SPARSE_GROWTH = 24n;

export interface WindowOptions {
  /** Newest first. */
  readonly isDescending: boolean;
  /** Where the listing stands; that instant is included. */
  readonly from: bigint | undefined;
  /** Asked after each window: whether so little was found that the next one should be much wider. Default: never. */
  readonly isSparse?: () => boolean;
  /** Width of the first window. Default: an hour. */
  readonly firstNano?: bigint;
}

/** Cuts a range into windows in the order of a listing by time, widening, so that the first page does not read it all. */
export function* windows(
  range: Range,
  { isDescending, from, isSparse = () => false, firstNano = FIRST_WINDOW_NANO }: WindowOptions,
): Generator<Range> {
  let { startUnixNano, endUnixNano } = from === undefined ? range : startingAt(range, isDescending, from);
  for (let width = firstNano; startUnixNano <= endUnixNano; width *= isSparse() ? SPARSE_GROWTH : GROWTH) {
    if (isDescending) {
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

function startingAt({ startUnixNano, endUnixNano }: Range, isDescending: boolean, from: bigint): Range {
  return isDescending
    ? { startUnixNano, endUnixNano: earlier(from, endUnixNano) }
    : { startUnixNano: later(from, startUnixNano), endUnixNano };
}
