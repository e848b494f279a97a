import type { BoundStatement } from '../../clickhouse/reading.js';
import type { Fingerprint } from '../../logs/fingerprint.js';
import type { LogFilter } from '../../logs/log-filter.js';
import type { Range } from '../../time/time-range.js';
import { LOG_COLUMNS, STORED_COLUMNS } from './log-columns.js';
import { logSource } from './log-match.js';

export interface LogPageOptions {
  readonly range: Range;
  readonly filter: LogFilter;
  readonly isDescending: boolean;
  readonly limit: number;
}

export interface LogEdgeRow {
  /** Rows found, at most the limit. */
  readonly found: string;
  /** Time of the last of them in the order of the page, Unix nanoseconds; 0 for none. */
  readonly edge: string;
}

/**
 * How far the next rows reach. It reads the times and what the filter needs; the wide columns are then read from there
 * on only, instead of for every row that matches.
 */
export function logPageEdge({ range, filter, isDescending, limit }: LogPageOptions): BoundStatement {
  const source = logSource(range, filter);
  const sql = `SELECT count() AS found, toUnixTimestamp64Nano(${isDescending ? 'min' : 'max'}(Timestamp)) AS edge
FROM (
  SELECT Timestamp
  ${indented(source.sql)}
  ORDER BY Timestamp ${isDescending ? 'DESC' : 'ASC'}
  LIMIT {limit:UInt32}
)`;
  return {
    statement: { name: 'log_page_edge', sql },
    params: { ...source.params, limit },
    maxRows: 1,
  };
}

export interface LogRowsOptions extends LogPageOptions {
  /** Only rows behind this one. */
  readonly after?: Fingerprint | undefined;
}

/** The next rows in full. A record that was delivered again is left out. */
export function logPageRows({ range, filter, isDescending, limit, after }: LogRowsOptions): BoundStatement {
  const source = logSource(range, filter);
  const direction = isDescending ? 'DESC' : 'ASC';
  const beyond = isDescending ? '<' : '>';
  const cursor = after ? `\n  AND (time, content) ${beyond} ({afterTime:Int64}, {afterContent:UInt64})` : '';
  const sql = `SELECT
  ${LOG_COLUMNS}
${source.sql}${cursor}
ORDER BY time ${direction}, content ${direction}
LIMIT 1 BY time, content
LIMIT {limit:UInt32}`;
  const params = {
    ...source.params,
    limit,
    ...(after && { afterTime: after.unixNano, afterContent: after.content }),
  };
  return { statement: { name: 'log_page_rows', sql }, params, maxRows: limit };
}

/**
 * The rows with the newest (or oldest) times, in full: the wide columns are read for them alone. Records that were delivered again are
 * there again. When as many are found as the limit, more may share the last of their times.
 */
export function logPageNewest({ range, filter, isDescending, limit }: LogPageOptions): BoundStatement {
  const source = logSource(range, filter);
  const direction = isDescending ? 'DESC' : 'ASC';
  const sql = `SELECT
  ${LOG_COLUMNS}
FROM (
  SELECT ${STORED_COLUMNS}
  ${indented(source.sql)}
  ORDER BY Timestamp ${direction}
  LIMIT {limit:UInt32}
)
ORDER BY time ${direction}, content ${direction}`;
  return {
    statement: { name: 'log_page_newest', sql },
    params: { ...source.params, limit },
    maxRows: limit,
  };
}

function indented(sql: string): string {
  return sql.replaceAll('\n', '\n  ');
}
