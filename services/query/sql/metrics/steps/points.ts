import { indent } from '../fragments.js';
import type { NumbersQuery } from '../numbers.js';
import { pointsInOrder } from './points-in-order.js';
import { EXACT_INTEGER, type SeriesSteps } from './series-steps.js';

/**
 * Every series point by point: increments added up, counters by what they grew, levels by their last value. A point is
 * (at, value, integer, is integer, began).
 */
export function pointByPoint(query: NumbersQuery): SeriesSteps {
  const sql = `SELECT
  SeriesId,
  t,
  arrayMin(p -> p.4, points) AS is_int,
  arraySum(p -> toInt128(p.3), points) AS own_i,
  arraySum(p -> if(p.4 = 1, 0, p.2), points) AS own_f,
  arraySum((p, b) -> toInt64(multiIf(p.5 > 0 AND p.5 < p.1, p.1 - p.5, b.1 > 0, p.1 - b.1, 0)), points, befores) AS own_elapsed,
  arrayMap((p, b) -> b.1 != 0 OR (p.5 >= {fromMs:Int64} AND p.5 < p.1), points, befores) AS known,
  arrayMap((p, b) -> b.1 = 0 OR (p.5 != b.5 AND p.5 >= b.1 AND p.5 < p.1) OR p.2 < b.2 OR (p.4 = 1 AND b.4 = 1 AND p.3 < b.3), points, befores) AS anew,
  has(known, 1) AS is_known,
  arraySum((p, b, k, a) -> toInt128(if(k, p.3 - if(a, 0, b.3), 0)), points, befores, known, anew) AS grown_i,
  arraySum((p, b, k, a) -> if(k, if(p.4 = 1, 0, p.2) - if(a OR b.4 = 1, 0, b.2), 0), points, befores, known, anew) AS grown_f,
  arraySum((p, b, k, a) -> toInt64(if(k, p.1 - if(a AND p.5 > 0 AND p.5 < p.1, p.5, b.1), 0)), points, befores, known, anew) AS grown_elapsed,
  last.4 AS last_is_int,
  toInt128(last.3) AS last_i,
  if(last.4 = 1, 0, last.2) AS last_f
FROM (
${indent(pointsInOrder(query, MEMBERS))}
)
WHERE t >= {firstMs:Int64}`;
  return {
    sql,
    isInt: "if(mode = 'level', last_is_int, is_int)",
    i: "multiIf(mode = 'delta', own_i, mode = 'counter', grown_i, last_i)",
    f: "multiIf(mode = 'delta', own_f, mode = 'counter', grown_f, last_f)",
    elapsed: "multiIf(mode = 'delta', own_elapsed, mode = 'counter', grown_elapsed, toInt64(0))",
    odd: 'toUInt8(0)',
    isKnown: "(mode != 'counter' OR is_known)",
  };
}

const MEMBERS = ['Value', `toInt64(${EXACT_INTEGER})`, 'toUInt8(IsInt)', 'toUnixTimestamp64Milli(StartTime)'];
