import { earlier, later, type Range } from '../time/time-range.js';

/** The bucket in the key of `logs`: what lies in one is read together anyway. */
const BUCKET_NANO = 300_000_000_000n;
/** Each further window is this much wider than the one before: five of them reach over two months. */
const GROWTH = 12n;
/** Where there is next to nothing, each further window costs its statements for nothing: from five minutes to a day, to nine months. */
const SPARSE_GROWTH = 288n;
/** A day, and the bucket that the newest end has begun: so that the last 24 hours are one window. */
const RARE_NANO = 289n * BUCKET_NANO;

export interface LogWindowOptions {
  /** Begins at the newest end of the range, or else at its oldest. */
  readonly isDescending: boolean;
  /** Begins with a day: minutes would be looked through for nothing. Default: with five minutes. */
  readonly isRare?: boolean;
  /** Asked after each window: whether so little was found that the next one should be much wider. Default: never. */
  readonly isSparse?: () => boolean;
}

/**
 * Cuts a range into windows that widen and end between two buckets of the key, so that a page which is found in the first minutes
 * does not read a month.
 */
export function* logWindows(
  range: Range,
  { isDescending, isRare = false, isSparse = () => false }: LogWindowOptions,
): Generator<Range> {
  let { startUnixNano, endUnixNano } = range;
  for (
    let width = isRare ? RARE_NANO : BUCKET_NANO;
    startUnixNano <= endUnixNano;
    width *= isSparse() ? SPARSE_GROWTH : GROWTH
  ) {
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
