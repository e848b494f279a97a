import type { Statement } from '../../../../lib/store/statement.js';
import type { BoundStatement } from '../../clickhouse/reading.js';
import type { LogFilter } from '../../logs/log-filter.js';
import type { Range } from '../../time/time-range.js';
import { MAX_NAMES } from '../traces/names.js';
import { CONTENT } from './log-columns.js';
import { logSource } from './log-match.js';

export interface LogServiceRow {
  readonly service_name: string;
  readonly trace_flags: readonly number[];
}

/** Services of the matching records with their trace flags. */
export function logServices(range: Range, filter: LogFilter): BoundStatement {
  const source = logSource(range, filter);
  const sql = `SELECT toString(ServiceName) AS service_name, groupUniqArray(TraceFlags) AS trace_flags
${source.sql}
GROUP BY service_name
ORDER BY service_name
LIMIT {limit:UInt32}`;
  return {
    statement: { name: 'log_services', sql },
    params: { ...source.params, limit: MAX_NAMES },
    maxRows: MAX_NAMES,
  };
}

export interface SeverityCountRow {
  /** Start of the bucket in widths since 1970. */
  readonly bucket: string;
  readonly severity_number: number;
  readonly records: string;
}

/** Severities are one byte. */
const MAX_SEVERITIES = 256;

export interface SeverityCountsOptions {
  readonly range: Range;
  readonly filter: LogFilter;
  readonly bucketNano: bigint;
  /** Buckets that the range touches. */
  readonly buckets: number;
}

/** How many matching records there are in each bucket of time, by severity, those included that were delivered again. */
export function logSeverityCounts(options: SeverityCountsOptions): BoundStatement {
  const source = logSource(options.range, options.filter);
  const sql = `SELECT
  ${PLACE},
  count() AS records
${source.sql}
GROUP BY bucket, severity_number`;
  return bySeverity({ name: 'log_severity_counts', sql }, options);
}

/**
 * How many of these are there because they were delivered again. Content is compared only of records that share their time with another
 * one; senders whose clocks tell milliseconds have many of these, so that this may read every body of the range.
 */
export function logSeverityRepeats(options: SeverityCountsOptions): BoundStatement {
  const source = logSource(options.range, options.filter);
  const sql = `SELECT
  ${PLACE},
  count() - uniqExact((Timestamp, ${CONTENT})) AS records
${source.sql}
  AND Timestamp IN (
    SELECT Timestamp
    ${source.sql.replaceAll('\n', '\n    ')}
    GROUP BY Timestamp
    HAVING count() > 1
  )
GROUP BY bucket, severity_number
HAVING records > 0`;
  return bySeverity({ name: 'log_severity_repeats', sql }, options);
}

const PLACE = `intDiv(toUnixTimestamp64Nano(Timestamp), {bucketNano:Int64}) AS bucket,
  SeverityNumber AS severity_number`;

function bySeverity(statement: Statement, options: SeverityCountsOptions): BoundStatement {
  const { params } = logSource(options.range, options.filter);
  return {
    statement,
    params: { ...params, bucketNano: options.bucketNano },
    maxRows: options.buckets * MAX_SEVERITIES,
  };
}
