import type { BoundStatement } from '../../clickhouse/reading.js';
import type { Range } from '../../time/time-range.js';
import { instant, OWN_ROWS, TRACE_IDS } from '../fragments.js';

export interface TraceTimeRow {
  /** Start of the first and of the last span, Unix nanoseconds; 0 when no trace is known. */
  readonly first_start: string;
  readonly last_start: string;
}

const TRACE_TIME = `SELECT toUnixTimestamp64Nano(min(Start)) AS first_start, toUnixTimestamp64Nano(max(End)) AS last_start
FROM {database:Identifier}.trace_index
WHERE ${OWN_ROWS}
  AND ${TRACE_IDS}
  AND Day BETWEEN toDate(${instant('storedStart')}) AND toDate(${instant('storedEnd')})`;

/** When some traces (32 hex digits each) were. */
export function traceTime(traceIds: readonly string[], stored: Range): BoundStatement {
  return {
    statement: { name: 'trace_time', sql: TRACE_TIME },
    params: { traceIds, storedStart: stored.startUnixNano, storedEnd: stored.endUnixNano },
    maxRows: 1,
  };
}
