import type { HandlerContext } from '@connectrpc/connect';
import { AppError } from '../../../lib/errors/app-error.js';
import type { Statement, StatementParams } from '../../../lib/store/statement.js';
import type { StatementSettings } from '../../../lib/store/store.js';
import { type Reader, readerOf } from '../access/reader.js';
import type { QueryBudget } from '../config.js';
import type { QueryContext } from '../context.js';

/** One statement with the values of its parameters, without those that every statement has. */
export interface BoundStatement {
  readonly statement: Statement;
  readonly params: StatementParams;
  /** Most rows that the statement can rightly return; more is an error. */
  readonly maxRows: number;
}

/** One call's way to ClickHouse: bound to one tenant and project, within one budget of time. */
export interface Reading {
  readonly reader: Reader;
  readonly nowMs: number;
  rows<T>(bound: BoundStatement): Promise<readonly T[]>;
}

/**
 * Starts the budget of a call. Every statement gets tenant, project and database from the assertion here and nowhere else,
 * and ends when the caller goes away.
 */
export function startReading(context: QueryContext, call: HandlerContext): Reading {
  return openReading(context, { reader: readerOf(call), signal: call.signal });
}

export interface ReadingOptions {
  /** From an assertion. */
  readonly reader: Reader;
  /** Ends the statements. */
  readonly signal: AbortSignal;
}

/** The same for work that outlives the call that began it. */
export function openReading(context: QueryContext, { reader, signal }: ReadingOptions): Reading {
  const { store, budget } = context;
  const endsAtMs = performance.now() + budget.queryMaxExecutionMs;
  return {
    reader,
    nowMs: context.nowMs(),
    rows: async <T>({ statement, params, maxRows }: BoundStatement) => {
      const { rows } = await store.query<T>(
        statement,
        { ...params, tenantId: reader.tenantId, projectId: reader.projectId },
        {
          signal,
          database: reader.database,
          settings: { ...settingsOf(budget), max_result_rows: maxRows },
          maxExecutionMs: remainingMs(endsAtMs, budget),
        },
      );
      return rows;
    },
  };
}

/** Each limit ends the statement with an error; `break` would hand out a part as if it were all. */
function settingsOf(budget: QueryBudget): StatementSettings {
  return {
    max_rows_to_read: budget.queryMaxRowsToRead,
    max_bytes_to_read: budget.queryMaxBytesToRead,
    max_memory_usage: budget.queryMaxMemoryBytes,
    read_overflow_mode: 'throw',
    result_overflow_mode: 'throw',
    timeout_overflow_mode: 'throw',
  };
}

function remainingMs(endsAtMs: number, budget: QueryBudget): number {
  const remaining = Math.ceil(endsAtMs - performance.now());
  if (remaining > 0) return remaining;
  throw new AppError(
    'deadline_exceeded',
    `The query used up its ${budget.queryMaxExecutionMs} ms. Narrow the time range or add a filter on service or operation.`,
  );
}
