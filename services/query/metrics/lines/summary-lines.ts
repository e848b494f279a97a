import { type QuantileRow, summaryQuantiles } from '../../sql/metrics/summary-quantiles.js';
import { type MetricReading, requirePoints } from '../metric-reading.js';
import { lineIdOf } from './labels.js';
import type { LinesQuery, LineValues } from './line.js';
import { doubleValue, parseNumber } from './number-text.js';

/** One line per quantile of each line of a summary. */
export async function summaryQuantileLines(
  context: MetricReading,
  query: LinesQuery,
): Promise<readonly LineValues[]> {
  const maxPoints = context.budget.queryMaxMetricPoints;
  const rows = await context.reading.rows<QuantileRow>(summaryQuantiles({ ...query, maxPoints }));
  requirePoints(
    context,
    rows.reduce((sum, { points }) => sum + points.length, 0),
  );
  return rows.map((row) => ({
    lineId: lineIdOf(row),
    more: { quantile: row.quantile },
    points: row.points.map(([time, value]) => ({ time, value: doubleValue(parseNumber(value)) })),
  }));
}
