import type { Segment } from './segments.js';

/** Counts by index of the bucket: index i at scale s holds (base^i, base^(i+1)] with base = 2^(2^-s). */
export type Buckets = ReadonlyMap<bigint, bigint>;

export interface ExponentialHistogram {
  readonly scale: number;
  readonly zeroCount: bigint;
  /** Magnitudes up to here count as zero. */
  readonly zeroThreshold: number;
  readonly positive: Buckets;
  /** By magnitude. */
  readonly negative: Buckets;
}

export function exponentialSegments(histogram: ExponentialHistogram): Segment[] {
  const { scale, zeroCount, zeroThreshold, positive, negative } = histogram;
  const side = (buckets: Buckets) =>
    [...buckets]
      .filter(([, count]) => count > 0n)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([index, count]) => ({
        lower: power(index, scale),
        upper: power(index + 1n, scale),
        count: Number(count),
      }));
  const below = side(negative)
    .reverse()
    .map(({ lower, upper, count }) => ({ lower: -upper, upper: -lower, count }));
  const zero = {
    lower: below.length > 0 ? -zeroThreshold : 0,
    upper: zeroThreshold,
    count: Number(zeroCount),
  };
  return [...below, ...(zeroCount > 0n ? [zero] : []), ...side(positive)];
}

/** Upper bounds, the last one infinite, that all of some histograms of one scale can be told by, at most `maxBuckets`. */
export interface Layout {
  readonly scale: number;
  /** By how many bits the indexes are to be shifted. */
  readonly shift: bigint;
  readonly negative: readonly bigint[];
  readonly positive: readonly bigint[];
  readonly upperBounds: readonly number[];
}

/** Halves the resolution until everything between the outermost buckets fits. */
export function layoutOf(histograms: readonly ExponentialHistogram[], maxBuckets: number): Layout {
  const indexes = (side: 'positive' | 'negative') =>
    extent(histograms.flatMap((histogram) => [...histogram[side].keys()]));
  const [positive, negative] = [indexes('positive'), indexes('negative')];
  // One more each for zero and for infinity.
  const room = BigInt(maxBuckets - 2);
  let shift = 0n;
  while (width(positive, shift) + width(negative, shift) > room && shift < 63n) shift++;
  const scale = (histograms[0]?.scale ?? 0) - Number(shift);
  const below = span(negative, shift).reverse();
  const above = span(positive, shift);
  const threshold = histograms.reduce((most, { zeroThreshold }) => Math.max(most, zeroThreshold), 0);
  const upperBounds = [
    ...below.map((index) => -power(index, scale)),
    threshold,
    ...above.map((index) => power(index + 1n, scale)),
    Number.POSITIVE_INFINITY,
  ];
  return { scale, shift, negative: below, positive: above, upperBounds };
}

/** The counts of a histogram in a layout that it was part of. */
export function countsIn({ shift, negative, positive }: Layout, histogram: ExponentialHistogram): bigint[] {
  const side = (buckets: Buckets, indexes: readonly bigint[]) => {
    const counts = new Map<bigint, bigint>();
    for (const [index, count] of buckets)
      counts.set(index >> shift, (counts.get(index >> shift) ?? 0n) + count);
    return indexes.map((index) => counts.get(index) ?? 0n);
  };
  return [
    ...side(histogram.negative, negative),
    histogram.zeroCount,
    ...side(histogram.positive, positive),
    0n,
  ];
}

type Extent = readonly [lowest: bigint, highest: bigint] | undefined;

function extent(indexes: readonly bigint[]): Extent {
  const [first] = indexes;
  if (first === undefined) return undefined;
  let [lowest, highest] = [first, first];
  for (const index of indexes) {
    if (index < lowest) lowest = index;
    if (index > highest) highest = index;
  }
  return [lowest, highest];
}

function width(range: Extent, shift: bigint): bigint {
  return range === undefined ? 0n : (range[1] >> shift) - (range[0] >> shift) + 1n;
}

function span(range: Extent, shift: bigint): bigint[] {
  if (range === undefined) return [];
  const first = range[0] >> shift;
  return Array.from({ length: Number(width(range, shift)) }, (_, index) => first + BigInt(index));
}

function power(index: bigint, scale: number): number {
  return 2 ** (Number(index) * 2 ** -scale);
}
