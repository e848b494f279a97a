/** Every table's key begins with these two; their values come from the assertion. */
export const OWN_ROWS = 'TenantId = {tenantId:UInt32} AND ProjectId = {projectId:UInt64}';

/** Rows of the traces in the parameter `traceIds` (hex). A subquery, because only sets are used by the key's index. */
export const TRACE_IDS = 'TraceId IN (SELECT toFixedString(unhex(arrayJoin({traceIds:Array(String)})), 16))';

/** A parameter in Unix nanoseconds as a DateTime64. */
export function instant(param: string): string {
  return `fromUnixTimestamp64Nano({${param}:Int64}, 'UTC')`;
}

/** Rows between two instants, with the bucket of the table's key: the key prunes only by the very expression it holds. */
export function between(
  column: string,
  bucket: (instant: string) => string,
  [start, end]: readonly [string, string],
): string {
  return `${bucket(column)} BETWEEN ${bucket(start)} AND ${bucket(end)} AND ${column} BETWEEN ${start} AND ${end}`;
}

/** Spans that start, or points that were taken, between two instants. */
export function spansBetween(start: string, end: string): string {
  return between('Timestamp', (at) => `toStartOfHour(${at})`, [start, end]);
}

/** Log records between two instants. */
export function logsBetween(start: string, end: string): string {
  return between('Timestamp', (at) => `toStartOfFiveMinutes(${at})`, [start, end]);
}
