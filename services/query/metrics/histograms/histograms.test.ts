import { describe, expect, it } from 'vitest';
import { explicitSegments, mergeSegments } from './explicit.js';
import { countsIn, type ExponentialHistogram, exponentialSegments, layoutOf } from './exponential.js';
import { linear, logarithmic, quantileOf } from './segments.js';

const unknown = { lowest: undefined, highest: undefined };

describe('an explicit histogram', () => {
  const quantile = (histogram: Parameters<typeof explicitSegments>[0], q: number) =>
    quantileOf(explicitSegments(histogram), q, linear);

  it('places quantiles inside a bucket evenly', () => {
    const histogram = { ...unknown, bounds: [10, 20, 40], counts: [2, 2, 4, 0] };
    expect([0, 0.25, 0.5, 0.75, 1].map((q) => quantile(histogram, q))).toEqual([0, 10, 20, 30, 40]);
  });

  it('ends its outer buckets by the extremes, else by zero and the last bound', () => {
    const outer = { bounds: [10, 20], counts: [1, 0, 1] };
    expect([0, 0.25, 1].map((q) => quantile({ ...outer, ...unknown }, q))).toEqual([0, 5, 20]);
    expect([0, 0.5, 0.75, 1].map((q) => quantile({ ...outer, lowest: 8, highest: 60 }, q))).toEqual([
      8, 10, 40, 60,
    ]);
    expect(quantile({ ...unknown, bounds: [-5, 5], counts: [3, 0, 0] }, 0.5)).toBe(-5);
    expect(quantile({ bounds: [10, 20], counts: [0, 4, 0], lowest: 12, highest: 14 }, 0.5)).toBe(13);
  });

  it('knows nothing without buckets and extremes', () => {
    expect(quantile({ ...unknown, bounds: [], counts: [5] }, 0.5)).toBeUndefined();
    expect(quantile({ bounds: [], counts: [5], lowest: 1, highest: 3 }, 0.5)).toBe(2);
    expect(quantile({ ...unknown, bounds: [1], counts: [0, 0] }, 0.5)).toBeUndefined();
  });

  it('takes infinite bounds', () => {
    expect(quantile({ ...unknown, bounds: [1, Number.POSITIVE_INFINITY], counts: [0, 2, 0] }, 0.9)).toBe(1);
    expect(quantile({ ...unknown, bounds: [Number.NEGATIVE_INFINITY, 1], counts: [0, 2, 0] }, 0.1)).toBe(1);
  });

  it('with other bounds is merged without losing or moving a measurement', () => {
    const merged = mergeSegments([
      { lower: 0, upper: 10, count: 10 },
      { lower: 5, upper: 15, count: 10 },
      { lower: 5, upper: 5, count: 3 },
    ]);
    expect(merged).toEqual([
      { lower: 0, upper: 5, count: 5 },
      { lower: 5, upper: 5, count: 3 },
      { lower: 5, upper: 10, count: 10 },
      { lower: 10, upper: 15, count: 5 },
    ]);
  });
});

describe('an exponential histogram', () => {
  const histogram = (more: Partial<ExponentialHistogram>): ExponentialHistogram => ({
    scale: 0,
    zeroCount: 0n,
    zeroThreshold: 0,
    positive: new Map(),
    negative: new Map(),
    ...more,
  });

  it('has its buckets between powers of the base', () => {
    const segments = exponentialSegments(
      histogram({
        zeroCount: 3n,
        zeroThreshold: 0.25,
        positive: new Map([
          [2n, 1n],
          [-1n, 2n],
        ]),
        negative: new Map([
          [0n, 4n],
          [1n, 5n],
        ]),
      }),
    );
    expect(segments).toEqual([
      { lower: -4, upper: -2, count: 5 },
      { lower: -2, upper: -1, count: 4 },
      { lower: -0.25, upper: 0.25, count: 3 },
      { lower: 0.5, upper: 1, count: 2 },
      { lower: 4, upper: 8, count: 1 },
    ]);
    expect(quantileOf([{ lower: 4, upper: 16, count: 2 }], 0.5, logarithmic)).toBe(8);
    expect(quantileOf([{ lower: -16, upper: -4, count: 2 }], 0.5, logarithmic)).toBe(-8);
    expect(quantileOf([{ lower: 0, upper: 1, count: 2 }], 0.5, logarithmic)).toBe(0.5);
  });

  it('is brought to a resolution that fits, all its counts kept', () => {
    const fine = histogram({
      scale: 4,
      zeroCount: 1n,
      positive: new Map(Array.from({ length: 160 }, (_, index) => [BigInt(index - 80), 1n] as const)),
      negative: new Map([[3n, 7n]]),
    });
    const layout = layoutOf([fine], 64);
    expect(layout.upperBounds.length).toBeLessThanOrEqual(64);
    expect(layout.upperBounds).toEqual(layout.upperBounds.toSorted((a, b) => a - b));
    expect(layout.upperBounds.at(-1)).toBe(Number.POSITIVE_INFINITY);
    const counts = countsIn(layout, fine);
    expect(counts).toHaveLength(layout.upperBounds.length);
    expect(counts.reduce((sum, count) => sum + count, 0n)).toBe(168n);
    expect(layoutOf([], 64).upperBounds).toEqual([0, Number.POSITIVE_INFINITY]);
  });

  it('fits also when its buckets are as far apart as they can be', () => {
    const wide = histogram({
      scale: 20,
      positive: new Map([
        [-(2n ** 31n), 1n],
        [2n ** 31n, 2n],
      ]),
    });
    const counts = countsIn(layoutOf([wide], 64), wide);
    expect(counts.reduce((sum, count) => sum + count, 0n)).toBe(3n);
    expect(counts.length).toBeLessThanOrEqual(64);
  });
});
