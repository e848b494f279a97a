import { describe, expect, it } from 'vitest';
import type { QueryBudget } from '../config.js';
import { callBudget } from './call-budget.js';

const CEILINGS = {
  queryMaxExecutionMs: 60_000,
  queryMaxRowsToRead: 1_000,
  queryMaxBytesToRead: 10 ** 15,
  queryMaxMemoryBytes: 10 ** 15,
  queryMaxConcurrentCalls: 1_000,
} as QueryBudget;
const LIMITS = { maxSeconds: 7, maxReadRows: 5_000, maxReadBytes: 9, maxMemoryBytes: 8, maxConcurrent: 3 };

describe('the budget of a call', () => {
  it("is the tenant's, below what the instance allows, and says whose limit it is", () => {
    expect(callBudget(LIMITS, CEILINGS)).toEqual({
      timeMs: { value: 7_000, name: 'query_max_seconds of the tenant' },
      rows: { value: 1_000, name: 'QUERY_MAX_ROWS_TO_READ of the instance' },
      bytes: { value: 9, name: 'query_max_read_bytes of the tenant' },
      memoryBytes: { value: 8, name: 'query_max_memory_bytes of the tenant' },
      concurrent: { value: 3, name: 'query_max_concurrent of the tenant' },
    });
  });

  it('is bounded also for a tenant of which nothing is said', () => {
    expect(callBudget(undefined, CEILINGS)).toMatchObject({
      timeMs: { value: 20_000 },
      bytes: { value: 100 * 2 ** 30 },
      concurrent: { value: 16 },
    });
  });
});
