import { bucketOf, indent, pointRows } from '../fragments.js';
import type { NumbersQuery } from '../numbers.js';
import { AT, type SeriesSteps } from './series-steps.js';

/**
 * By how much counters grew in each bucket, from the first and last point of each of their runs (points with one start time) and the
 * last one before it: several times cheaper than point by point. Where a run goes down inside, runs overlap, or integers are more than
 * a double can hold, that does not tell enough, and `odd` says so. `rise` adds only what went up, so that it differs from `last - first`
 * when anything went down.
 */
export function countersByBucket(query: NumbersQuery): SeriesSteps {
  const sql = `SELECT
  SeriesId,
  t,
  min(int) AS is_int,
  max(is_run_known) AS is_known,
  sumIf(grown, is_run_known) AS growth,
  if(is_int = 1, toInt128(growth), 0) AS i,
  if(is_int = 1, 0, growth) AS f,
  max(is_run_odd) OR min(int) != max(int) AS odd
FROM (
  SELECT
    SeriesId,
    t,
    int,
    before_at = 0 AS is_first,
    (NOT is_first) AND (first < before OR (began != before_began AND began >= before_at AND began < first_at)) AS is_reset,
    is_first AND began >= {fromMs:Int64} AND began < first_at AS is_new,
    is_new OR (NOT is_first) OR last_at > first_at AS is_run_known,
    last - first + multiIf(is_reset OR is_new, first, is_first, 0, first - before) AS grown,
    is_odd OR ((NOT is_first) AND (int != before_int OR first_at <= before_at)) AS is_run_odd
  FROM (
    SELECT
      *,
      lagInFrame(last_at, 1, toInt64(0)) OVER series AS before_at,
      lagInFrame(last) OVER series AS before,
      lagInFrame(began) OVER series AS before_began,
      lagInFrame(int) OVER series AS before_int
    FROM (
      SELECT
        SeriesId,
        ${bucketOf(AT, query.window)} AS t,
        toUnixTimestamp64Milli(StartTime) AS began,
        toUInt8(min(IsInt)) AS int,
        argMin(Value, Timestamp) AS first,
        argMax(Value, Timestamp) AS last,
        toUnixTimestamp64Milli(min(Timestamp)) AS first_at,
        toUnixTimestamp64Milli(max(Timestamp)) AS last_at,
        deltaSumTimestamp(Value, ${AT}) AS rise,
        max(ValueInt != 0) OR NOT (abs(rise - (last - first)) <= 1e-9 * abs(last)) AS is_odd
${indent(pointRows(query), 3)}
      GROUP BY SeriesId, t, StartTime
    )
    WINDOW series AS (PARTITION BY SeriesId ORDER BY first_at, last_at ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
  )
)
WHERE t >= {firstMs:Int64}
GROUP BY SeriesId, t`;
  return { sql, isInt: 'is_int', i: 'i', f: 'f', elapsed: 'toInt64(0)', odd: 'odd', isKnown: 'is_known' };
}
