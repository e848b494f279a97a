import type { DistributionRow, ExplicitRow, ExponentialRow } from '../../sql/metrics/distributions.js';
import { parseNumber } from '../lines/number-text.js';
import { explicitSegments, mergeSegments } from './explicit.js';
import { type Buckets, type ExponentialHistogram, exponentialSegments } from './exponential.js';
import { linear, logarithmic, quantileOf } from './segments.js';

/** What was measured in one bucket of time by one line. */
export interface Distribution {
  readonly count: bigint;
  /** Undefined when a point did not tell it. */
  readonly sum: number | undefined;
  readonly lowest: number | undefined;
  readonly highest: number | undefined;
  /** Undefined when the buckets do not tell. */
  quantile(quantile: number): number | undefined;
}

/** Rows of one line and time, which differ in their bounds. */
export function explicitDistribution(rows: readonly ExplicitRow[]): Distribution {
  const segments = rows.map((row) =>
    explicitSegments({
      bounds: (row.bounds ?? []).map(parseNumber),
      counts: (row.counts ?? []).map(Number),
      lowest: optional(row.lowest),
      highest: optional(row.highest),
    }),
  );
  const merged = segments.length === 1 ? (segments[0] ?? []) : mergeSegments(segments.flat());
  return { ...totals(rows), quantile: (quantile) => quantileOf(merged, quantile, linear) };
}

export function exponentialDistribution(rows: readonly ExponentialRow[]): Distribution {
  const segments = rows.flatMap((row) => exponentialSegments(toExponential(row)));
  return { ...totals(rows), quantile: (quantile) => quantileOf(segments, quantile, logarithmic) };
}

export function toExponential(row: ExponentialRow): ExponentialHistogram {
  return {
    scale: row.scale,
    zeroCount: BigInt(row.zero_count),
    zeroThreshold: parseNumber(row.zero_threshold),
    positive: toBuckets(row.positive),
    negative: toBuckets(row.negative),
  };
}

function toBuckets([indexes, counts]: ExponentialRow['positive']): Buckets {
  return new Map(indexes.map((index, position) => [BigInt(index), BigInt(counts[position] ?? 0)]));
}

function totals(rows: readonly DistributionRow[]): Omit<Distribution, 'quantile'> {
  const known = (values: readonly (string | null)[], merge: (a: number, b: number) => number) =>
    values.map(optional).reduce((a, b) => (a === undefined || b === undefined ? undefined : merge(a, b)));
  return {
    count: rows.reduce((sum, row) => sum + BigInt(row.count), 0n),
    sum: known(
      rows.map((row) => row.sum),
      (a, b) => a + b,
    ),
    lowest: known(
      rows.map((row) => row.lowest),
      Math.min,
    ),
    highest: known(
      rows.map((row) => row.highest),
      Math.max,
    ),
  };
}

function optional(text: string | null): number | undefined {
  return text === null ? undefined : parseNumber(text);
}
