import { earlier, later, type Range } from '../time/time-range.js';

/** The bucket in the key of `logs`: what lies in one is read together anyway. */
const BUCKET_NANO = 300_000_000_000n;
/** Each further window is this much wider than the one before: five of them reach over two months. */
const GROWTH = 12n;
/** Where there is next to nothing, each further window costs its statements for nothing: from five minutes to a day, to nine months. */
const SPARSE_GROWTH = 288n;

/**
 * Cuts a range into windows that begin at its newest end (or its oldest), widen, and end between two buckets of the key, so
 * that a page which is found in the first minutes does not read a month. `isSparse` is asked after each window whether so little
 * was found that the next one should be much wider.
 */
export function* logWindows(
  range: Range,
  isDescending: boolean,
  isSparse: () => boolean = () => false,
): Generator<Range> {
  let { startUnixNano, endUnixNano } = range;
  for (let width = BUCKET_NANO; startUnixNano <= endUnixNano; width *= isSparse() ? SPARSE_GROWTH : GROWTH) {
    if (isDescending) {
      const edge = bucketOf(endUnixNano) - width + BUCKET_NANO;
      yield { startUnixNano: later(edge, startUnixNano), endUnixNano };
      endUnixNano = edge - 1n;
    } else {
      const edge = bucketOf(startUnixNano) + width;
      yield { startUnixNano, endUnixNano: earlier(edge - 1n, endUnixNano) };
      startUnixNano = edge;
    }
  }
}

function bucketOf(unixNano: bigint): bigint {
  return unixNano - (unixNano % BUCKET_NANO);
}
