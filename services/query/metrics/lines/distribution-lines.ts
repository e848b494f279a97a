import { MetricFunction } from '../../../../gen/es/gob/query/v1/metrics_pb.js';
import {
  type DistributionRow,
  type ExplicitRow,
  type ExponentialRow,
  explicitDistributions,
  exponentialDistributions,
} from '../../sql/metrics/distributions.js';
import { QUANTILE_OF, SHOWN_QUANTILES } from '../functions.js';
import {
  type Distribution,
  explicitDistribution,
  exponentialDistribution,
} from '../histograms/distribution.js';
import { type MetricReading, requirePoints } from '../metric-reading.js';
import { groupBy } from './group-by.js';
import { lineIdOf } from './labels.js';
import type { LinesQuery, LineValues, TimedValue } from './line.js';
import { doubleValue, type MetricValue } from './number-text.js';

interface TimedDistribution {
  readonly time: string;
  readonly distribution: Distribution;
}

/** Lines of histograms, and of the counts and sums of summaries. */
export async function distributionLines(
  context: MetricReading,
  query: LinesQuery,
): Promise<readonly LineValues[]> {
  const maxPoints = context.budget.queryMaxMetricPoints;
  const byLine =
    query.selection.kind === 'exp_histogram'
      ? inLines(
          await context.reading.rows<ExponentialRow>(exponentialDistributions({ ...query, maxPoints })),
          exponentialDistribution,
        )
      : inLines(
          await context.reading.rows<ExplicitRow>(explicitDistributions({ ...query, maxPoints })),
          explicitDistribution,
        );
  const lines = [...byLine].flatMap(([lineId, times]) => toLines(lineId, times, query));
  requirePoints(
    context,
    lines.reduce((sum, { points }) => sum + points.length, 0),
  );
  return lines;
}

/** Distributions by line, each line by time, as the rows are ordered. Rows of one line and time differ in their bounds. */
function inLines<R extends DistributionRow>(
  rows: readonly R[],
  merge: (rows: readonly R[]) => Distribution,
): ReadonlyMap<string, readonly TimedDistribution[]> {
  const byLine = groupBy(rows, lineIdOf);
  return new Map(
    [...byLine].map(([lineId, own]) => {
      const byTime = groupBy(own, (row) => row.t);
      return [lineId, [...byTime].map(([time, same]) => ({ time, distribution: merge(same) }))];
    }),
  );
}

function toLines(lineId: string, times: readonly TimedDistribution[], query: LinesQuery): LineValues[] {
  if (query.fn === MetricFunction.QUANTILES)
    return SHOWN_QUANTILES.map((quantile) => ({
      lineId,
      more: { quantile: String(quantile) },
      points: pointsOf(times, (distribution) => double(distribution.quantile(quantile))),
    }));
  return [{ lineId, points: pointsOf(times, valueFrom(query)), ...unitOf(query, lineId) }];
}

function pointsOf(
  times: readonly TimedDistribution[],
  value: (distribution: Distribution) => MetricValue | undefined,
): TimedValue[] {
  return times.flatMap(({ time, distribution }) => {
    const found = value(distribution);
    return found === undefined ? [] : [{ time, value: found }];
  });
}

function valueFrom({
  fn,
  isRate,
  window: { stepMs },
}: LinesQuery): (distribution: Distribution) => MetricValue | undefined {
  const seconds = Number(stepMs) / 1000;
  switch (fn) {
    case MetricFunction.COUNT:
      return ({ count }) =>
        isRate ? double(Number(count) / seconds) : { case: 'asInteger', value: String(count) };
    case MetricFunction.SUM:
      return ({ sum }) => double(isRate && sum !== undefined ? sum / seconds : sum);
    case MetricFunction.AVG:
      return ({ sum, count }) => double(sum === undefined || count === 0n ? undefined : sum / Number(count));
    case MetricFunction.MIN:
      return (distribution) => double(distribution.lowest ?? distribution.quantile(0));
    case MetricFunction.MAX:
      return (distribution) => double(distribution.highest ?? distribution.quantile(1));
    default:
      return (distribution) => double(distribution.quantile(QUANTILE_OF[fn] ?? 1));
  }
}

function double(value: number | undefined): MetricValue | undefined {
  return value === undefined ? undefined : doubleValue(value);
}

function unitOf({ fn, isRate }: LinesQuery, lineId: string): { unit?: string } {
  const [, unit] = JSON.parse(lineId) as [unknown, string];
  const own = fn === MetricFunction.COUNT ? '1' : unit;
  const hasRate = isRate && (fn === MetricFunction.COUNT || fn === MetricFunction.SUM);
  return { unit: hasRate ? `${own}/s` : own };
}
