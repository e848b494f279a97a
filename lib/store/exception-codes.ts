import { ClickHouseError } from '@clickhouse/client';

/** Numbers of ClickHouse exceptions that mean something to a caller (ClickHouse, src/Common/ErrorCodes.cpp). */
export const EXCEPTION = {
  unknownTable: 60,
  unknownDatabase: 81,
  tooManyRows: 158,
  timeoutExceeded: 159,
  tooSlow: 160,
  quotaExceeded: 201,
  tooManySimultaneousQueries: 202,
  memoryLimitExceeded: 241,
  indexNotUsed: 277,
  tooManyBytes: 307,
  queryWasCancelled: 394,
  tooManyRowsOrBytes: 396,
  cannotCompileRegexp: 427,
} as const;

/**
 * The server or its way to others is in trouble, the statement is not: files and disk (74, 75, 76, 243 no space left), memory
 * and threads of the machine (173, 425, 439), no free connection (203), network (209, 210, 279), shutdown (236), read-only
 * table (242), too many parts (252), replicas, Keeper and object storage (225, 285, 286, 319, 499, 999), overload (745).
 * Refused credentials (192, 193, 194, 497, 516) belong here too: an operator mends them, and nothing may be thrown away
 * until then.
 */
export const SERVER_TROUBLE: ReadonlySet<number> = new Set([
  74, 75, 76, 173, 192, 193, 194, 203, 209, 210, 225, 236, 242, 243, 252, 279, 285, 286, 319, 425, 439, 497,
  499, 516, 745, 999,
]);

/** The exception number of an error of the client, or of its causes; undefined when ClickHouse did not answer. */
export function exceptionCodeOf(thrown: unknown): number | undefined {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth++) {
    if (error instanceof ClickHouseError) return Number(error.code);
  }
  return undefined;
}
