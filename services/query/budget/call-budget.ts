import type { QueryLimits } from '../../../lib/rpc/caller.js';
import type { QueryBudget } from '../config.js';

/** One limit and who set it, for the sentence that a caller reads. */
export interface Limit {
  readonly value: number;
  /** The tenant's limit as the admin interface spells it, or the setting of the instance. */
  readonly name: string;
}

/** What one call may cost, all its statements together; memory is each statement's. */
export interface CallBudget {
  readonly timeMs: Limit;
  readonly rows: Limit;
  readonly bytes: Limit;
  readonly memoryBytes: Limit;
  /** Calls of the tenant at a time, in all replicas. */
  readonly concurrent: Limit;
}

/** For a tenant whose gatekeeper does not say, which happens while a mesh is being upgraded. */
const UNSAID: QueryLimits = {
  maxSeconds: 20,
  maxReadRows: 500_000_000,
  maxReadBytes: 100 * 2 ** 30,
  maxMemoryBytes: 2 * 2 ** 30,
  maxConcurrent: 16,
};

/** The tenant's limits, none of them above what the instance allows anybody. */
export function callBudget(limits: QueryLimits = UNSAID, ceilings: QueryBudget): CallBudget {
  return {
    timeMs: lower([limits.maxSeconds * 1_000, 'query_max_seconds'], [ceilings.queryMaxExecutionMs, 'TIME']),
    rows: lower([limits.maxReadRows, 'query_max_read_rows'], [ceilings.queryMaxRowsToRead, 'ROWS']),
    bytes: lower([limits.maxReadBytes, 'query_max_read_bytes'], [ceilings.queryMaxBytesToRead, 'BYTES']),
    memoryBytes: lower(
      [limits.maxMemoryBytes, 'query_max_memory_bytes'],
      [ceilings.queryMaxMemoryBytes, 'MEMORY'],
    ),
    concurrent: lower(
      [limits.maxConcurrent, 'query_max_concurrent'],
      [ceilings.queryMaxConcurrentCalls, 'CALLS'],
    ),
  };
}

const CEILINGS = {
  TIME: 'QUERY_MAX_EXECUTION_TIME',
  ROWS: 'QUERY_MAX_ROWS_TO_READ',
  BYTES: 'QUERY_MAX_BYTES_TO_READ',
  MEMORY: 'QUERY_MAX_MEMORY',
  CALLS: 'QUERY_MAX_CONCURRENT_CALLS',
} as const;

function lower(
  [own, limit]: readonly [number, string],
  [ceiling, setting]: readonly [number, keyof typeof CEILINGS],
): Limit {
  return own <= ceiling
    ? { value: own, name: `${limit} of the tenant` }
    : { value: ceiling, name: `${CEILINGS[setting]} of the instance` };
}
