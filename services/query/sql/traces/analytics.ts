import type { BoundStatement } from '../../clickhouse/reading.js';
import type { Condition } from '../../filter/compile-filter.js';
import type { Range } from '../../time/time-range.js';
import { instant, OWN_ROWS, spansBetween } from '../fragments.js';

export interface AnalyticsOptions {
  readonly range: Range;
  /** Width of the intervals; a multiple of a minute. */
  readonly intervalSeconds: number;
  /** On the columns of the table that is read; undefined: every row. */
  readonly condition: Condition | undefined;
}

/** The slot of a duration: slot `s` holds nanoseconds in [2^(s/4), 2^((s+1)/4)), as the histograms of `red_1m` do. */
export const DURATION_SLOT = 'toInt16(floor(4 * log2(greatest(DurationNs, 1))))';

export interface RedRow {
  /** Unix seconds. */
  readonly interval: number;
  readonly calls: string;
  readonly errors: string;
  /** Calls by slot. */
  readonly histogram: Readonly<Record<string, string>>;
}

/** Rate, errors and durations from the minutes that were added up at ingest. */
export function redFromMinutes(options: AnalyticsOptions): BoundStatement {
  const sql = `SELECT ${intervalOf('Minute')} AS interval, sum(Calls) AS calls, sum(Errors) AS errors, sumMap(Hist) AS histogram
FROM {database:Identifier}.red_1m
WHERE ${OWN_ROWS}
  AND Minute BETWEEN toStartOfMinute(${instant('start')}) AND toStartOfMinute(${instant('end')})${conditionOf(options)}
GROUP BY interval`;
  return { statement: { name: 'red_from_minutes', sql }, params: paramsOf(options), maxRows: MAX_INTERVALS };
}

/** The same from five minutes of services. The range must be whole five minutes, as must the intervals. */
export function redFromFiveMinutes(options: AnalyticsOptions): BoundStatement {
  const sql =
    fromSlots(`SELECT ${intervalOf('Start')} AS interval, Slot AS slot, sum(Calls) AS slot_calls, sum(Errors) AS slot_errors
  FROM {database:Identifier}.red_5m
  WHERE ${OWN_ROWS}
    AND Start BETWEEN toDateTime(${instant('start')}) AND toDateTime(${instant('end')})${conditionOf(options)}`);
  const statement = { name: 'red_from_five_minutes', sql };
  return { statement, params: paramsOf(options), maxRows: MAX_INTERVALS };
}

/** The same from the spans, for filters on what the minutes do not tell apart. */
export function redFromSpans(options: AnalyticsOptions): BoundStatement {
  const sql =
    fromSlots(`SELECT ${intervalOf('Timestamp')} AS interval, ${DURATION_SLOT} AS slot, count() AS slot_calls, countIf(StatusCode = 'Error') AS slot_errors
  FROM {database:Identifier}.spans
  WHERE ${OWN_ROWS}
    AND ${spansBetween(instant('start'), instant('end'))}${conditionOf(options)}`);
  return { statement: { name: 'red_from_spans', sql }, params: paramsOf(options), maxRows: MAX_INTERVALS };
}

/** First numbers by slot, which is several times cheaper than adding up maps. */
function fromSlots(slots: string): string {
  return `SELECT interval, sum(slot_calls) AS calls, sum(slot_errors) AS errors, mapFromArrays(groupArray(slot), groupArray(slot_calls)) AS histogram
FROM (
  ${slots}
  GROUP BY interval, slot
)
GROUP BY interval`;
}

const MAX_INTERVALS = 1_000;

/** 32 bits, because wider integers come as text. */
function intervalOf(column: string): string {
  return `toUInt32(intDiv(toUnixTimestamp(${column}), {interval:UInt32}) * {interval:UInt32})`;
}

function conditionOf({ condition }: AnalyticsOptions): string {
  return condition ? `\n  AND ${condition.sql}` : '';
}

function paramsOf({ range, intervalSeconds, condition }: AnalyticsOptions) {
  return {
    start: range.startUnixNano,
    end: range.endUnixNano,
    interval: intervalSeconds,
    ...condition?.params,
  };
}
