import type { BoundStatement } from '../../clickhouse/reading.js';
import type { PointQuery } from '../../metrics/selection.js';
import { bind, bucketOf, groupedSeries, indent, pointRows } from './fragments.js';
import { AT } from './steps/series-steps.js';

export interface BucketExemplarsRow {
  readonly key: readonly string[];
  readonly unit: string;
  readonly is_level: 0 | 1;
  /** Unix milliseconds of the bucket. */
  readonly t: string;
  /** Newest first: negative Unix milliseconds, trace id in hex, value as text. */
  readonly exemplars: readonly (readonly [minusTime: string, traceId: string, value: string])[];
}

/** Few points have any; without this condition every point's arrays would be read for them. */
const HAS_EXEMPLARS = 'notEmpty(Exemplars.TraceId)';
/** Exemplars are measurements of a trace; without one there is nothing to go to. */
const WITH_TRACE = "trace != toFixedString('', 16)";
export const EXEMPLARS =
  'ARRAY JOIN Exemplars.Timestamp AS taken, Exemplars.TraceId AS trace, Exemplars.SpanId AS span, Exemplars.Value AS measured, Exemplars.Attrs AS own_attributes';

/** The newest exemplars of each line and bucket; a point's bucket is also that of its exemplars. */
export function exemplarsByBucket(
  query: PointQuery,
  { perBucket, maxRows }: { perBucket: number; maxRows: number },
): BoundStatement {
  const sql = `SELECT
  key,
  unit,
  is_level,
  t,
  groupArraySorted(${perBucket})((-taken_at, lower(hex(trace)), toString(measured))) AS exemplars
FROM (
  SELECT SeriesId, ${bucketOf(AT, query.window)} AS t, toUnixTimestamp64Milli(taken) AS taken_at, trace, measured
${indent(joined(query))}
    AND Timestamp >= fromUnixTimestamp64Milli({firstMs:Int64}, 'UTC')
) AS steps
ANY LEFT JOIN (
${indent(groupedSeries(query))}
) AS series USING SeriesId
WHERE mode != ''
GROUP BY key, unit, is_level, t
LIMIT {limit:UInt32}`;
  return bind({ name: 'metric_bucket_exemplars', sql }, { query, more: { limit: maxRows }, maxRows });
}

function joined(query: PointQuery): string {
  return `${pointRows(query).replace('\nWHERE ', `\n${EXEMPLARS}\nWHERE `)}\n  AND ${HAS_EXEMPLARS}\n  AND ${WITH_TRACE}`;
}

export interface ExemplarRow {
  /** Unix milliseconds. */
  readonly taken_at: string;
  readonly value: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly series_attributes: Readonly<Record<string, string>>;
  readonly service_name: string;
}

/** The newest exemplars of the selected series. */
export function newestExemplars(query: PointQuery, limit: number): BoundStatement {
  const sql = `SELECT
  toUnixTimestamp64Milli(taken) AS taken_at,
  toString(measured) AS value,
  lower(hex(trace)) AS trace_id,
  if(span = toFixedString('', 8), '', lower(hex(span))) AS span_id,
  own_attributes AS attributes,
  series_attributes,
  service_name
FROM (
  SELECT SeriesId, taken, trace, span, measured, own_attributes
${indent(joined(query))}
  ORDER BY taken DESC, trace, span, measured, SeriesId
  LIMIT {limit:UInt32}
) AS newest
ANY LEFT JOIN (
${indent(groupedSeries(query, ',\n  any(Attrs) AS series_attributes,\n  any(ServiceName) AS service_name'))}
) AS series USING SeriesId
ORDER BY taken DESC, trace, span, measured, SeriesId`;
  return bind({ name: 'metric_exemplars', sql }, { query, more: { limit }, maxRows: limit });
}
