import type { BoundStatement } from '../../clickhouse/reading.js';
import type { Range } from '../../time/time-range.js';
import { OWN_ROWS } from '../fragments.js';
import {
  fromEach,
  KINDS_WITH_EXEMPLARS,
  type MetricRef,
  POINTS_IN_RANGE,
  rangeParams,
  STORED_DAYS,
  storedParams,
} from './catalogue.js';
import { EXEMPLARS } from './exemplars.js';
import { bind, indent } from './fragments.js';

export interface TraceExemplarRow extends MetricRef {
  readonly series_id: string;
  /** Unix milliseconds. */
  readonly taken_at: string;
  readonly value: string;
  readonly span_id: string;
  readonly attributes: Readonly<Record<string, string>>;
}

const TRACE = 'toFixedString(unhex({traceId:String}), 16)';

/** The newest exemplars of a trace (hex) at points of the range, whatever they measure. A point that was delivered again counts once. */
export function exemplarsOfTrace(
  traceId: string,
  { range, limit }: { readonly range: Range; readonly limit: number },
): BoundStatement {
  const each = fromEach(
    KINDS_WITH_EXEMPLARS,
    (
      kind,
    ) => `SELECT DISTINCT toString(MetricName) AS name, '${kind}' AS kind, SeriesId AS series_id, taken, span, toFloat64(measured) AS value, own_attributes
FROM {database:Identifier}.metric_${kind}
${EXEMPLARS}
WHERE ${POINTS_IN_RANGE}
  AND has(Exemplars.TraceId, ${TRACE})
  AND trace = ${TRACE}`,
  );
  const sql = `SELECT
  name,
  kind,
  toString(series_id) AS series_id,
  toUnixTimestamp64Milli(taken) AS taken_at,
  toString(value) AS value,
  if(span = toFixedString('', 8), '', lower(hex(span))) AS span_id,
  own_attributes AS attributes
FROM (
${indent(each)}
)
ORDER BY taken DESC, name, kind, series_id, span, value
LIMIT {limit:UInt32}`;
  return bind(
    { name: 'metric_exemplars_of_trace', sql },
    { more: { ...rangeParams(range), traceId, limit }, maxRows: limit },
  );
}

export interface SeriesLabelsRow {
  readonly series_id: string;
  readonly unit: string;
  readonly service_name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What some series of some metrics are. */
export function labelsOfSeries(
  series: readonly Pick<TraceExemplarRow, 'name' | 'series_id'>[],
  stored: Range,
): BoundStatement {
  const sql = `SELECT
  toString(SeriesId) AS series_id,
  any(Unit) AS unit,
  any(ServiceName) AS service_name,
  any(Attrs) AS attributes
FROM {database:Identifier}.metric_series
WHERE ${OWN_ROWS}
  AND ${STORED_DAYS}
  AND MetricName IN {names:Array(String)}
  AND SeriesId IN {seriesIds:Array(UInt64)}
GROUP BY SeriesId`;
  const names = [...new Set(series.map(({ name }) => name))];
  const seriesIds = [...new Set(series.map(({ series_id: id }) => id))].map(BigInt);
  return bind(
    { name: 'metric_labels_of_series', sql },
    { more: { ...storedParams(stored), names, seriesIds }, maxRows: seriesIds.length },
  );
}
