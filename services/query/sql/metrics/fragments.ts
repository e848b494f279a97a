import type { Statement, StatementParams } from '../../../../lib/store/statement.js';
import type { BoundStatement } from '../../clickhouse/reading.js';
import {
  EACH_SERIES,
  type FilterOperator,
  type PointQuery,
  type PointWindow,
  type Selection,
} from '../../metrics/selection.js';
import { OWN_ROWS, spansBetween } from '../fragments.js';

/** Data point flag of OTLP: the point says that there is no value. */
const HAS_VALUE = 'bitAnd(Flags, 1) = 0';

/** A parameter in Unix milliseconds, to the precision of the column, so that the index can use it. */
export function milli(param: string): string {
  return `fromUnixTimestamp64Milli({${param}:Int64}, 'UTC')`;
}

/** The bucket of a time in Unix milliseconds. */
export function bucketOf(ms: string, { stepMs }: PointWindow): string {
  return stepMs === 0n ? ms : `intDiv(${ms}, {stepMs:Int64}) * {stepMs:Int64}`;
}

/** Points of the metric in the window that have a value; where there are filters, of the series that satisfy them. */
export function pointRows({ selection }: PointQuery): string {
  const table = `FROM {database:Identifier}.metric_${selection.kind}`;
  return `${table}
WHERE ${pointsIn('fromMs', 'endMs')}
  AND MetricName = {metricName:String}
  AND ${HAS_VALUE}${selection.filters.length === 0 ? '' : `\n  AND SeriesId IN (\n${indent(`SELECT SeriesId ${seriesRows(selection)}`)}\n)`}`;
}

/** The key's hour prunes only when it is named itself. */
export function pointsIn(from: string, end: string): string {
  return `${OWN_ROWS}
  AND ${spansBetween(milli(from), milli(end))}`;
}

/** Rows of the selected series, one per series and day. */
export function seriesRows({ filters }: Selection): string {
  const conditions = filters.map(
    ({ operator }, index) =>
      `\n  AND ${OPERATORS[operator](attribute(`{key${index}:String}`), `{value${index}:String}`)}`,
  );
  return `FROM {database:Identifier}.metric_series
WHERE ${OWN_ROWS}
  AND Day BETWEEN toDate(${milli('fromMs')}) AND toDate(${milli('endMs')})
  AND MetricName = {metricName:String}
  AND Type = {metricKind:String}${conditions.join('')}`;
}

const OPERATORS: Readonly<Record<FilterOperator, (value: string, param: string) => string>> = {
  equal: (value, param) => `${value} = ${param}`,
  not_equal: (value, param) => `${value} != ${param}`,
  match: (value, param) => `match(${value}, ${param}) AND ${compiles(param)}`,
  not_match: (value, param) => `NOT match(${value}, ${param}) AND ${compiles(param)}`,
};

/** A constant: what cannot be compiled is refused even where there is no row to try it on. */
function compiles(param: string): string {
  return `NOT ignore(match('', ${param}))`;
}

/** The value of a series' attribute, else its resource's, else its scope's, else ''. */
function attribute(key: string): string {
  return `multiIf(mapContains(Attrs, ${key}), Attrs[${key}], mapContains(ResourceAttrs, ${key}), ResourceAttrs[${key}], ScopeAttrs[${key}])`;
}

/**
 * How the points of a series are read. Increments are `delta`; what only grows is a `counter`; everything else is a `level`,
 * that is to be shown as it is.
 */
const MODE =
  "multiIf(Type = 'gauge', 'level', Temporality = 'delta', 'delta', Type = 'sum' AND NOT IsMonotonic, 'level', 'counter')";

/** The selected series with the group that each is in. */
export function groupedSeries({ selection, groupBy }: PointQuery, more = ''): string {
  const key =
    groupBy === EACH_SERIES
      ? '[toString(SeriesId)]'
      : `any(arrayMap(k -> ${attribute('k')}, {groupKeys:Array(String)}))`;
  return `SELECT
  SeriesId,
  ${key} AS key,
  any(Unit) AS unit,
  any(${MODE}) AS mode,
  mode = 'level' AS is_level${more}
${seriesRows(selection)}
GROUP BY SeriesId`;
}

/** A statement with those of the parameters that its text names; which ones depends on filters, grouping and step. */
export function bind(statement: Statement, options: BindOptions): BoundStatement {
  const { query, maxRows, more = {} } = options;
  const all: StatementParams = { ...(query && queryParams(query)), ...more };
  const used = Object.entries(all).filter(([param]) => statement.sql.includes(`{${param}:`));
  return { statement, params: Object.fromEntries(used), maxRows };
}

export interface BindOptions {
  readonly maxRows: number;
  readonly query?: PointQuery;
  readonly more?: StatementParams;
}

function queryParams({ selection, groupBy, window }: PointQuery): StatementParams {
  const filters = selection.filters.flatMap(({ key, value }, index) => [
    [`key${index}`, key] as const,
    [`value${index}`, value] as const,
  ]);
  return {
    ...window,
    metricName: selection.name,
    metricKind: selection.kind,
    ...(groupBy !== EACH_SERIES && { groupKeys: groupBy }),
    ...Object.fromEntries(filters),
  };
}

/** A subquery, moved in by so many steps. */
export function indent(sql: string, steps = 1): string {
  return sql.replace(/^/gm, '  '.repeat(steps));
}
