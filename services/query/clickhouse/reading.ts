import type { HandlerContext } from '@connectrpc/connect';
import { AppError } from '../../../lib/errors/app-error.js';
import {
  addCost,
  formatCost,
  NO_COST,
  QUERY_STATS_HEADER,
  type QueryCost,
} from '../../../lib/rpc/query-stats.js';
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
 * Runs one call of the contract: in a slot of its tenant, within its budget, and with what it has cost in the header
 * `x-query-stats` of the answer, also of a refusal.
 */
export function withReading<T>(
  context: QueryContext,
  call: HandlerContext,
  answer: (reading: Reading) => Promise<T>,
): Promise<T> {
  const reader = readerOf(call);
  const onCost = (cost: QueryCost) => call.responseHeader.set(QUERY_STATS_HEADER, formatCost(cost));
  onCost(NO_COST);
  return context.slots.run(reader.tenantId, call.signal, () =>
    answer(openReading(context, { reader, signal: call.signal, onCost })),
  );
}

export interface ReadingOptions {
  /** Where tenant, project and database of every statement come from, and from nowhere else. */
  readonly reader: Reader;
  /** Ends every statement. */
  readonly signal: AbortSignal;
  /** Told the cost so far after each statement. */
  readonly onCost?: (cost: QueryCost) => void;
}

/** Starts a budget of time for statements of one reader. Without a slot: unary calls go through `withReading`. */
export function openReading(context: QueryContext, { reader, signal, onCost }: ReadingOptions): Reading {
  const { store, budget } = context;
  const endsAtMs = performance.now() + budget.queryMaxExecutionMs;
  let cost = NO_COST;
  return {
    reader,
    nowMs: context.nowMs(),
    rows: async <T>({ statement, params, maxRows }: BoundStatement) => {
      const maxExecutionMs = remainingMs(endsAtMs, budget);
      const settings = { ...settingsOf(budget), max_result_rows: maxRows };
      const owned = { ...params, tenantId: reader.tenantId, projectId: reader.projectId };
      try {
        const options = { signal, database: reader.database, settings, maxExecutionMs };
        const { rows, stats } = await store.query<T>(statement, owned, options);
        cost = addCost(cost, { ...stats, statements: 1 });
        onCost?.(cost);
        return rows;
      } catch (error) {
        throw signal.aborted ? error : asBudgetError(error, budget);
      }
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
  throw outOfTime(budget);
}

/** Time is a budget like rows and bytes: the same question would run into it again, unlike a service that is slow today. */
function asBudgetError(error: unknown, budget: QueryBudget): unknown {
  return error instanceof AppError && error.code === 'deadline_exceeded' ? outOfTime(budget, error) : error;
}

function outOfTime(budget: QueryBudget, cause?: unknown): AppError {
  return new AppError(
    'query_too_expensive',
    `The query ran into its time budget (limit ${budget.queryMaxExecutionMs} ms, QUERY_MAX_EXECUTION_TIME). Narrow the time range or add a filter on service or operation.`,
    { cause },
  );
}
