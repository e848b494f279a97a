import type { Segment } from './segments.js';

export interface ExplicitHistogram {
  /** Upper bounds of all buckets but the last. */
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly lowest: number | undefined;
  readonly highest: number | undefined;
}

/**
 * Where the measurements lie. The outer buckets have no end: the extremes end them where they are known, else zero does or the
 * bucket shrinks to its one bound, as is usual for histograms of durations and sizes.
 */
export function explicitSegments({ bounds, counts, lowest, highest }: ExplicitHistogram): Segment[] {
  return counts.flatMap((count, index) => {
    const below = bounds[index - 1] ?? lowest ?? Math.min(0, bounds[0] ?? Number.NaN);
    const above = bounds[index] ?? highest ?? bounds[index - 1] ?? Number.NaN;
    const lower = Math.max(below, lowest ?? below);
    const upper = Math.min(above, highest ?? above);
    return count > 0 ? toSegment(lower, upper, count) : [];
  });
}

/** None when nothing is known of the place. */
function toSegment(lower: number, upper: number, count: number): Segment[] {
  if (Number.isNaN(lower) || Number.isNaN(upper)) return [];
  if (!Number.isFinite(upper)) return Number.isFinite(lower) ? [{ lower, upper: lower, count }] : [];
  return [{ lower: Number.isFinite(lower) ? Math.min(lower, upper) : upper, upper, count }];
}

/**
 * Several histograms with different bounds as one: cut at every bound that any of them has, measurements being even inside a
 * bucket. The result is in order and without overlaps.
 */
export function mergeSegments(segments: readonly Segment[]): Segment[] {
  const edges = [...new Set(segments.flatMap(({ lower, upper }) => [lower, upper]))].sort((a, b) => a - b);
  return edges.flatMap((edge, index) => {
    const next = edges[index + 1];
    const here = sumOf(segments, ({ lower, upper }) => (lower === edge && upper === edge ? 1 : 0));
    const between = next === undefined ? 0 : sumOf(segments, (segment) => shareOf(segment, edge, next));
    return [
      ...(here > 0 ? [{ lower: edge, upper: edge, count: here }] : []),
      ...(next !== undefined && between > 0 ? [{ lower: edge, upper: next, count: between }] : []),
    ];
  });
}

function sumOf(segments: readonly Segment[], share: (segment: Segment) => number): number {
  return segments.reduce((sum, segment) => sum + segment.count * share(segment), 0);
}

function shareOf({ lower, upper }: Segment, from: number, to: number): number {
  return lower <= from && upper >= to ? (to - from) / (upper - lower) : 0;
}
