import type { Statement } from '../../../../lib/store/statement.js';
import type { BoundStatement } from '../../clickhouse/reading.js';
import type { PointQuery } from '../../metrics/selection.js';
import { bind, groupedSeries, indent } from './fragments.js';
import { countersByBucket } from './steps/counters.js';
import { levelsByBucket } from './steps/levels.js';
import { pointByPoint } from './steps/points.js';
import type { SeriesSteps } from './steps/series-steps.js';

/** How the series of a group become one value. */
export type NumberFunction = 'avg' | 'sum' | 'min' | 'max' | 'count';

const FORMS = { levels: levelsByBucket, counters: countersByBucket, points: pointByPoint } as const;

/** By which way the values of a series come from its points. */
export type NumberForm = keyof typeof FORMS;

export interface NumbersQuery extends PointQuery {
  readonly form: NumberForm;
  readonly fn: NumberFunction;
  readonly maxPoints: number;
}

export interface LineRow {
  readonly key: readonly string[];
  readonly unit: string;
  readonly is_level: 0 | 1;
  /**
   * Time in Unix milliseconds, value as text (an exact integer behind `=`), and for how many milliseconds it stands (0: not
   * known). By time.
   */
  readonly points: readonly (readonly [time: string, value: string, elapsedMs: string])[];
  /** 1: the form `counters` cannot tell all of it. */
  readonly odd: 0 | 1;
}

/** Lines of gauges and sums. First every series by itself, then the series of a group together. */
export function numberLines(query: NumbersQuery): BoundStatement {
  const steps = FORMS[query.form](query);
  const sql = `SELECT
  key,
  unit,
  is_level,
  arraySort(groupArray((t, value, elapsed))) AS points,
  max(odd) AS odd
FROM (
  SELECT
    key,
    unit,
    is_level,
    t,
    ${groupValue(query.fn, steps)} AS value,
    max(${steps.elapsed}) AS elapsed,
    max(${steps.odd}) AS odd
  FROM (
${indent(steps.sql, 2)}
  ) AS steps
  ANY LEFT JOIN (
${indent(groupedSeries(query), 2)}
  ) AS series USING SeriesId
  WHERE mode != '' AND ${steps.isKnown}
  GROUP BY key, unit, is_level, t
  LIMIT {limit:UInt32}
)
GROUP BY key, unit, is_level`;
  const limit = query.maxPoints + 1;
  return bind(NAMED[query.form](sql), { query, more: { limit }, maxRows: limit });
}

const NAMED: Readonly<Record<NumberForm, (sql: string) => Statement>> = {
  levels: (sql) => ({ name: 'metric_lines_of_levels', sql }),
  counters: (sql) => ({ name: 'metric_lines_of_counters', sql }),
  points: (sql) => ({ name: 'metric_lines_by_points', sql }),
};

/** Integers are exact in `i`, everything else is in `f`; the sum of integers may have more than 64 bits. */
function groupValue(fn: NumberFunction, { isInt, i, f }: SeriesSteps): string {
  const areInts = `min(${isInt}) = 1`;
  const number = `${f} + toFloat64(${i})`;
  switch (fn) {
    case 'sum':
      return `if(${areInts}, ${exact(`sum(${i})`)}, toString(sum(${f}) + toFloat64(sum(${i}))))`;
    case 'avg':
      return `if(count() = 1 AND ${areInts}, ${exact(`any(${i})`)}, toString(avg(${number})))`;
    case 'count':
      return exact('count()');
    default:
      return `if(${areInts}, ${exact(`${fn}(${i})`)}, toString(${fn}(${number})))`;
  }
}

/** Marked, since a double without a fraction looks the same and may have been rounded. */
function exact(integer: string): string {
  return `concat('=', toString(${integer}))`;
}
