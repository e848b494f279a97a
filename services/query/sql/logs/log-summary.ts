import type { BoundStatement } from '../../clickhouse/reading.js';
import type { LogFilter } from '../../logs/log-filter.js';
import type { Range } from '../../time/time-range.js';
import { MAX_NAMES } from '../traces/names.js';
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

/** How many matching records there are in each bucket of time, by severity. */
export function logSeverityCounts(options: SeverityCountsOptions): BoundStatement {
  const source = logSource(options.range, options.filter);
  const sql = `SELECT
  intDiv(toUnixTimestamp64Nano(Timestamp), {bucketNano:Int64}) AS bucket,
  SeverityNumber AS severity_number,
  count() AS records
${source.sql}
GROUP BY bucket, severity_number`;
  return {
    statement: { name: 'log_severity_counts', sql },
    params: { ...source.params, bucketNano: options.bucketNano },
    maxRows: options.buckets * MAX_SEVERITIES,
  };
}
