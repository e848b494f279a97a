import { bucketOf, indent, pointRows } from '../fragments.js';
import type { NumberFunction, NumbersQuery } from '../numbers.js';
import { AT, EXACT_INTEGER, type SeriesSteps } from './series-steps.js';

/** Values that are shown as they are: of a bucket the last one, or what the function makes of all its points. */
export function levelsByBucket({ fn, selection, window, ...query }: NumbersQuery): SeriesSteps {
  // A sum that may fall has one value in a bucket, whatever is made of the series.
  const reduced = selection.kind === 'gauge' ? REDUCE[fn] : LAST;
  const sql = `SELECT
  SeriesId,
  ${bucketOf('at', window)} AS t,
${indent(reduced)}
FROM (
  SELECT SeriesId, ${AT} AS at, toUInt8(IsInt) AS int, toInt128(${EXACT_INTEGER}) AS exact, if(IsInt, 0, Value) AS inexact
${indent(pointRows({ ...query, selection, window }))}
)
WHERE at >= {firstMs:Int64}
GROUP BY SeriesId, t`;
  return { sql, isInt: 'is_int', i: 'i', f: 'f', elapsed: 'toInt64(0)', odd: 'toUInt8(0)', isKnown: '1' };
}

const LAST = 'argMax(int, at) AS is_int,\nargMax(exact, at) AS i,\nargMax(inexact, at) AS f';
const MEAN = `toUInt8(count() = 1 AND min(int) = 1) AS is_int,
if(is_int = 1, any(exact), 0) AS i,
if(is_int = 1, 0, avg(inexact + toFloat64(exact))) AS f`;
const extreme = (fn: 'min' | 'max') => `min(int) AS is_int,
if(is_int = 1, ${fn}(exact), 0) AS i,
if(is_int = 1, 0, ${fn}(inexact + toFloat64(exact))) AS f`;

const REDUCE: Readonly<Record<NumberFunction, string>> = {
  avg: MEAN,
  sum: LAST,
  count: LAST,
  min: extreme('min'),
  max: extreme('max'),
};
