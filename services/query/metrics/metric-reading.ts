import type { SeriesSelection } from '../../../gen/es/gob/query/v1/metrics_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import { EXCEPTION, exceptionCodeOf } from '../../../lib/store/exception-codes.js';
import type { Reading } from '../clickhouse/reading.js';
import type { QueryBudget } from '../config.js';
import { type GroupRow, seriesGroups } from '../sql/metrics/series-groups.js';
import { intersect, readRange, storedRange } from '../time/time-range.js';
import { invalid, readSelection } from './read-selection.js';
import { resolve } from './resolution.js';
import { EACH_SERIES, type GroupKeys, type PointQuery } from './selection.js';

/** One call that reads points of a metric. */
export interface MetricReading {
  readonly reading: Reading;
  readonly budget: QueryBudget;
}

export interface PointQueryOptions {
  readonly selection: SeriesSelection | undefined;
  readonly groupBy: GroupKeys;
  readonly stepMs: bigint;
  /** Whether points keep their own times where the range is short. */
  readonly mayBeRaw: boolean;
}

/** Series and range that are asked for, within what is stored; undefined when the range lies outside of it. */
export function readAsked({ reading }: MetricReading, asked: SeriesSelection | undefined) {
  const selection = readSelection(asked);
  const stored = storedRange(reading.nowMs, reading.reader.retentionDays);
  const range = intersect(readRange(asked?.range), stored);
  return range && { selection, range, stored };
}

/** What is to be read; undefined as for `readAsked`. */
export function toPointQuery(context: MetricReading, options: PointQueryOptions): PointQuery | undefined {
  const { groupBy, stepMs, mayBeRaw } = options;
  const asked = readAsked(context, options.selection);
  if (!asked) return undefined;
  const { selection, range, stored } = asked;
  const isGrouped = !mayBeRaw || groupBy !== EACH_SERIES;
  const maxPoints = context.budget.queryMaxMetricPoints;
  return { selection, groupBy, window: resolve({ range, stored, stepMs, isGrouped, maxPoints }) };
}

/** The lines that an answer can have, at most as many as one may have. */
export async function readGroups(
  { reading, budget }: MetricReading,
  query: PointQuery,
): Promise<readonly GroupRow[]> {
  const max = budget.queryMaxMetricSeries;
  const rows = await reading.rows<GroupRow>(seriesGroups(query, max)).catch(explainExpression);
  const groups = Number(rows[0]?.groups ?? 0);
  if (groups <= max) return rows;
  const what = query.groupBy === EACH_SERIES ? 'series' : 'groups of series';
  throw new AppError(
    'query_too_expensive',
    `The answer would have ${groups} ${what}; at most ${max} are allowed (QUERY_MAX_METRIC_SERIES). Filter by attributes, or group by fewer of them.`,
  );
}

/** Rows of an answer; refuses when there are more than one may have. */
export function requirePoints({ budget }: MetricReading, points: number): void {
  const max = budget.queryMaxMetricPoints;
  if (points <= max) return;
  throw new AppError(
    'query_too_expensive',
    `The answer would have more than ${max} points (QUERY_MAX_METRIC_POINTS). Ask for a shorter range, a larger step, fewer groups, or filter by attributes.`,
  );
}

/** What cannot be an expression only ClickHouse knows, whose dialect it is (RE2). */
export function explainExpression(error: unknown): never {
  if (exceptionCodeOf(error) !== EXCEPTION.cannotCompileRegexp) throw error;
  throw invalid(
    'selection.filters',
    'selection.filters has an expression that is not valid. Expressions are RE2: without look-around and back-references.',
  );
}
