import { attributes, CUMULATIVE, timeOf } from './harness.js';

export const TRACE = 'ab'.repeat(16);

export interface Measured {
  readonly at: number;
  readonly counts: readonly number[];
  readonly bounds?: readonly number[];
  readonly began?: number;
  readonly sum?: number;
  readonly min?: number;
  readonly max?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly exemplar?: number;
}

export function histogram(name: string, points: readonly Measured[], aggregationTemporality = CUMULATIVE) {
  const dataPoints = points.map(
    ({ at, counts, bounds = [10, 20], began = -86_400, labels = {}, exemplar, ...rest }) => ({
      timeUnixNano: timeOf(at),
      startTimeUnixNano: timeOf(began),
      attributes: attributes(labels),
      count: counts.reduce((sum, count) => sum + BigInt(count), 0n),
      bucketCounts: counts.length === 1 ? [] : counts.map(BigInt),
      explicitBounds: counts.length === 1 ? [] : [...bounds],
      exemplars:
        exemplar === undefined
          ? []
          : [
              {
                timeUnixNano: timeOf(at),
                asDouble: exemplar,
                traceId: Buffer.from(TRACE, 'hex'),
                spanId: Buffer.alloc(8, 1),
              },
            ],
      ...rest,
    }),
  );
  return { name, unit: 'ms', histogram: { aggregationTemporality, dataPoints } };
}

export const exponential = (
  name: string,
  points: readonly object[],
  aggregationTemporality = CUMULATIVE,
) => ({
  name,
  exponentialHistogram: {
    aggregationTemporality,
    dataPoints: points.map((point) => ({ startTimeUnixNano: timeOf(-86_400), ...point })),
  },
});
export const positive = (offset: number, ...counts: number[]) => ({
  offset,
  bucketCounts: counts.map(BigInt),
});
