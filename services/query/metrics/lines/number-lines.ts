import { MetricFunction } from '../../../../gen/es/gob/query/v1/metrics_pb.js';
import {
  type LineRow,
  type NumberForm,
  type NumberFunction,
  numberLines,
} from '../../sql/metrics/numbers.js';
import { type MetricReading, requirePoints } from '../metric-reading.js';
import { lineIdOf } from './labels.js';
import type { LinesQuery, LineValues, TimedValue } from './line.js';
import { doubleValue, parseNumber, parseValue } from './number-text.js';

const SQL_FUNCTIONS: Readonly<Record<number, NumberFunction | undefined>> = {
  [MetricFunction.AVG]: 'avg',
  [MetricFunction.MIN]: 'min',
  [MetricFunction.MAX]: 'max',
  [MetricFunction.COUNT]: 'count',
};

/** Lines of gauges and sums. */
export async function numberLinesOf(
  context: MetricReading,
  query: LinesQuery,
): Promise<readonly LineValues[]> {
  const rows = await readRows(context, query);
  requirePoints(
    context,
    rows.reduce((sum, { points }) => sum + points.length, 0),
  );
  return rows.map((row) => toValues(row, query));
}

/** The cheap form where it tells all, else point by point. */
async function readRows(context: MetricReading, query: LinesQuery): Promise<readonly LineRow[]> {
  const read = (form: NumberForm) =>
    context.reading.rows<LineRow>(
      numberLines({
        ...query,
        form,
        fn: SQL_FUNCTIONS[query.fn] ?? 'sum',
        maxPoints: context.budget.queryMaxMetricPoints,
      }),
    );
  const { hasDeltas, hasCounters, hasLevels } = query.modes;
  if (!hasDeltas && !hasCounters) return read('levels');
  if (hasDeltas || hasLevels || query.window.stepMs === 0n) return read('points');
  const rows = await read('counters');
  return rows.some(({ odd }) => odd === 1) ? read('points') : rows;
}

function toValues(row: LineRow, { fn, isRate, window: { stepMs } }: LinesQuery): LineValues {
  const lineId = lineIdOf(row);
  const isCount = fn === MetricFunction.COUNT;
  if (!isRate || row.is_level === 1 || isCount) {
    const points = row.points.map(([time, value]) => ({ time, value: parseValue(value) }));
    return { lineId, points, ...(isCount && { unit: '1' }) };
  }
  const points = row.points.flatMap(([time, value, elapsedMs]): TimedValue[] => {
    const seconds = Number(stepMs || elapsedMs) / 1000;
    return seconds > 0 ? [{ time, value: doubleValue(parseNumber(value) / seconds) }] : [];
  });
  return { lineId, points, unit: `${row.unit}/s` };
}
