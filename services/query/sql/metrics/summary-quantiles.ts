import type { BoundStatement } from '../../clickhouse/reading.js';
import type { DistributionsQuery } from './distributions.js';
import { bind, bucketOf, groupedSeries, indent, pointRows } from './fragments.js';
import { AT } from './steps/series-steps.js';

export interface QuantileRow {
  readonly key: readonly string[];
  readonly unit: string;
  readonly quantile: string;
  /** By time: Unix milliseconds and value as text. */
  readonly points: readonly (readonly [time: string, value: string])[];
}

/** Quantiles as the senders computed them: the last of each series in a bucket, and the greatest of a group, since they cannot be merged. */
export function summaryQuantiles(query: DistributionsQuery): BoundStatement {
  const sql = `SELECT
  key,
  unit,
  toString(quantile) AS quantile,
  arraySort(groupArray((t, toString(value)))) AS points
FROM (
  SELECT key, unit, t, quantile, max(value) AS value
  FROM (
    SELECT SeriesId, t, quantile, value
    FROM (
      SELECT
        SeriesId,
        ${bucketOf(AT, query.window)} AS t,
        argMax((Quantiles, Values), Timestamp) AS last
${indent(pointRows(query), 3)}
      GROUP BY SeriesId, t
    )
    ARRAY JOIN last.1 AS quantile, last.2 AS value
    WHERE t >= {firstMs:Int64}
  ) AS steps
  ANY LEFT JOIN (
${indent(groupedSeries(query), 2)}
  ) AS series USING SeriesId
  WHERE mode != ''
  GROUP BY key, unit, t, quantile
  LIMIT {limit:UInt32}
)
GROUP BY key, unit, quantile
ORDER BY key, unit, quantile`;
  const limit = query.maxPoints + 1;
  return bind({ name: 'metric_summary_quantiles', sql }, { query, more: { limit }, maxRows: limit });
}
