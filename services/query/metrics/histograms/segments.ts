/** So many measurements somewhere in (lower, upper]; both ends may be equal. */
export interface Segment {
  readonly lower: number;
  readonly upper: number;
  readonly count: number;
}

/** How a place inside a segment is found. */
export type Interpolate = (segment: Segment, fraction: number) => number;

export const linear: Interpolate = ({ lower, upper }, fraction) => {
  if (fraction === 0 || lower === upper) return lower;
  return fraction === 1 ? upper : lower + (upper - lower) * fraction;
};

/** Buckets of exponential histograms are even on a logarithmic axis; only the one around zero is not. */
export const logarithmic: Interpolate = (segment, fraction) => {
  const { lower, upper } = segment;
  if (lower * upper <= 0 || !Number.isFinite(lower * upper)) return linear(segment, fraction);
  return lower * (upper / lower) ** fraction;
};

/** The value below which the given part of the measurements lies; segments in order, without overlaps. Undefined when there are none. */
export function quantileOf(
  segments: readonly Segment[],
  quantile: number,
  interpolate: Interpolate,
): number | undefined {
  const total = segments.reduce((sum, { count }) => sum + count, 0);
  const rank = quantile * total;
  let below = 0;
  let last: Segment | undefined;
  for (const segment of segments) {
    if (segment.count <= 0) continue;
    last = segment;
    if (below + segment.count >= rank)
      return interpolate(segment, Math.max(0, (rank - below) / segment.count));
    below += segment.count;
  }
  // Rounding may leave the rank a little above the sum.
  return last?.upper;
}
