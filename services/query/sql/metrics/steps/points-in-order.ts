import type { PointQuery } from '../../../metrics/selection.js';
import { bucketOf, indent, pointRows } from '../fragments.js';
import { AT } from './series-steps.js';

/**
 * One row per series and bucket of time (`t`) with its `points`, in order, and `befores`, the point before each of them: zeros when
 * there is none. A point is (time in Unix milliseconds, …members); one that was stored twice is there once, and of two with one time the
 * greater one. A window function over single points would cost ten times as much as these lists.
 */
export function pointsInOrder(query: PointQuery, members: readonly string[]): string {
  return `SELECT *, points[-1] AS last, arrayPushFront(arrayPopBack(points), lagInFrame(last) OVER series) AS befores
FROM (
  SELECT SeriesId, t, arrayFilter((p, next) -> p.1 != next, stored, arrayPushBack(arrayPopFront(arrayMap(p -> p.1, stored)), 0)) AS points
  FROM (
    SELECT
      SeriesId,
      ${bucketOf(AT, query.window)} AS t,
      arraySort(groupArray((${[AT, ...members].join(', ')}))) AS stored
${indent(pointRows(query), 2)}
    GROUP BY SeriesId, t
  )
)
WINDOW series AS (PARTITION BY SeriesId ORDER BY t ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)`;
}
