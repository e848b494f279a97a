import type { BoundStatement } from '../../clickhouse/reading.js';
import type { PointQuery } from '../../metrics/selection.js';
import {
  type BucketColumns,
  EXPLICIT_BUCKETS,
  EXPONENTIAL_BUCKETS,
  NO_BUCKETS,
  scaleOf,
} from './bucket-columns.js';
import { bind, groupedSeries, indent } from './fragments.js';
import { pointsInOrder } from './steps/points-in-order.js';

export interface DistributionsQuery extends PointQuery {
  readonly maxPoints: number;
}

/** What was measured in one bucket of time; counts are exact integers as text, other numbers text, too. */
export interface DistributionRow {
  readonly key: readonly string[];
  readonly unit: string;
  /** Unix milliseconds. */
  readonly t: string;
  readonly count: string;
  /** Only when all points have a sum, minimum, maximum of their own. */
  readonly sum: string | null;
  readonly lowest: string | null;
  readonly highest: string | null;
}

/** Summaries have neither bounds nor counts of buckets. */
export interface ExplicitRow extends DistributionRow {
  readonly bounds?: readonly string[];
  /** One more than the bounds; one when there are none. */
  readonly counts?: readonly string[];
}

export interface ExponentialRow extends DistributionRow {
  readonly scale: number;
  readonly zero_count: string;
  readonly zero_threshold: string;
  /** Indexes of buckets with their counts. */
  readonly positive: readonly [indexes: readonly string[], counts: readonly string[]];
  readonly negative: readonly [indexes: readonly string[], counts: readonly string[]];
}

/** What histograms, or the counts and sums of summaries, added in each bucket of time: per series first, then per group. */
export function explicitDistributions(query: DistributionsQuery): BoundStatement {
  return distributions(query, query.selection.kind === 'summary' ? NO_BUCKETS : EXPLICIT_BUCKETS);
}

/** The same for exponential histograms, all brought to the lowest scale among their points. */
export function exponentialDistributions(query: DistributionsQuery): BoundStatement {
  return distributions(query, EXPONENTIAL_BUCKETS, scaleOf(query));
}

/**
 * Points are (at, count, began, sum, has, min, max, …buckets), each compared with the one before it. A series begins anew when it has
 * a new start that is not before that one, when it counts less, or when its buckets are others.
 */
function distributions(query: DistributionsQuery, buckets: BucketColumns, prelude = ''): BoundStatement {
  const members = [...COMMON, ...buckets.extremes, ...buckets.stored];
  const sql = `${prelude}SELECT
  key,
  unit,
  t,${buckets.results}
  toString(sum(if(own, p.2, p.2 - b.2))) AS count,
  if(min(bitAnd(p.5, 1)) = 1, toString(sum(if(own, p.4, p.4 - b.4))), NULL) AS sum,
  if(min(mode = 'delta' AND bitAnd(p.5, 2) = 2), toString(min(p.6)), NULL) AS lowest,
  if(min(mode = 'delta' AND bitAnd(p.5, 4) = 4), toString(max(p.7)), NULL) AS highest
FROM (
  SELECT
    *,
    mode = 'delta' OR b.1 = 0 OR (p.3 != b.3 AND p.3 >= b.1 AND p.3 < p.1) OR p.2 < b.2${buckets.areOthers} AS own
  FROM (
    SELECT SeriesId, t, p, b
    FROM (
${indent(pointsInOrder(query, members), 3)}
    )
    ARRAY JOIN points AS p, befores AS b
    WHERE t >= {firstMs:Int64}
  ) AS steps
  ANY LEFT JOIN (
${indent(groupedSeries(query), 2)}
  ) AS series USING SeriesId
  WHERE mode != '' AND (mode = 'delta' OR b.1 != 0 OR (p.3 >= {fromMs:Int64} AND p.3 < p.1))
)
GROUP BY key, unit, t${buckets.groupBy}
ORDER BY key, unit, t${buckets.groupBy}
LIMIT {limit:UInt32}`;
  const limit = query.maxPoints + 1;
  return bind(buckets.named(sql), { query, more: { limit }, maxRows: limit });
}

const COMMON = ['toInt64(Count)', 'toUnixTimestamp64Milli(StartTime)', 'Sum'];
