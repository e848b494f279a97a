import type { BoundStatement } from '../../clickhouse/reading.js';
import type { LogFilter } from '../../logs/log-filter.js';
import type { Range } from '../../time/time-range.js';
import { LOG_COLUMNS } from './log-columns.js';
import { logSource } from './log-match.js';

export interface TailCountRow {
  /** Unix seconds. */
  readonly second: string;
  readonly records: string;
}

/** How many matching rows each second of a short range has: what changed there has new rows. */
export function logTailCounts(range: Range, filter: LogFilter, maxSeconds: number): BoundStatement {
  const source = logSource(range, filter);
  const sql = `SELECT intDiv(toUnixTimestamp64Nano(Timestamp), 1000000000) AS second, count() AS records
${source.sql}
GROUP BY second`;
  return { statement: { name: 'log_tail_counts', sql }, params: source.params, maxRows: maxSeconds };
}

export interface TailRowsOptions {
  readonly range: Range;
  readonly filter: LogFilter;
  /** Unix seconds within the range. */
  readonly seconds: readonly number[];
  readonly limit: number;
}

/** The newest rows of some seconds, each record once. */
export function logTailRows({ range, filter, seconds, limit }: TailRowsOptions): BoundStatement {
  const source = logSource(range, filter);
  const sql = `SELECT
  ${LOG_COLUMNS}
${source.sql}
  AND intDiv(toUnixTimestamp64Nano(Timestamp), 1000000000) IN {seconds:Array(Int64)}
ORDER BY time DESC, content DESC
LIMIT 1 BY time, content
LIMIT {limit:UInt32}`;
  return {
    statement: { name: 'log_tail_rows', sql },
    params: { ...source.params, seconds, limit },
    maxRows: limit,
  };
}
