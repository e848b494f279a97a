import type { HandlerContext } from '@connectrpc/connect';
import { formatCost, NO_COST, QUERY_STATS_HEADER, type QueryCost } from '../../../lib/rpc/query-stats.js';
import { budgetHitOf } from '../../../lib/store/budget-hit.js';
import type { Statement, StatementParams } from '../../../lib/store/statement.js';
import { type Reader, readerOf } from '../access/reader.js';
import { callBudget } from '../budget/call-budget.js';
import { Spending } from '../budget/spending.js';
import type { QueryContext } from '../context.js';

/** One statement with the values of its parameters, without those that every statement has. */
export interface BoundStatement {
  readonly statement: Statement;
  readonly params: StatementParams;
  /** Most rows that the statement can rightly return; more is an error. */
  readonly maxRows: number;
  /**
   * What it reads is found by the key. The budget of rows is then checked when it has been answered: told of a limit, ClickHouse goes
   * through indexes alone before it reads, which for so little takes a sixth of the time. Bytes, memory and time are bounded meanwhile.
   */
  readonly isNarrow?: true;
}

/** One call's way to ClickHouse: bound to one tenant and project, within one budget. */
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
  const { signal } = call;
  const { tenantId, queryLimits } = reader;
  const onCost = (cost: QueryCost) => call.responseHeader.set(QUERY_STATS_HEADER, formatCost(cost));
  onCost(NO_COST);
  const limit = callBudget(queryLimits, context.budget).concurrent;
  return context.slots.run({ tenantId, limit, signal }, () =>
    answer(openReading(context, { reader, signal, onCost })),
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

/** Starts a budget for statements of one reader. Without a slot: unary calls go through `withReading`. */
export function openReading(context: QueryContext, { reader, signal, onCost }: ReadingOptions): Reading {
  const { tenantId, projectId, database, queryLimits } = reader;
  const spending = new Spending(callBudget(queryLimits, context.budget), onCost);
  return {
    reader,
    nowMs: context.nowMs(),
    rows: async <T>({ statement, params, maxRows, isNarrow }: BoundStatement) => {
      const { settings, maxExecutionMs } = spending.remaining(isNarrow);
      const startedAtMs = performance.now();
      const query = { ...settings, max_result_rows: maxRows };
      const { rows, stats } = await context.store
        .query<T>(
          statement,
          { ...params, tenantId, projectId },
          { signal, database, settings: query, maxExecutionMs },
        )
        .catch((error: unknown) => {
          spending.add({ rowsRead: 0, bytesRead: 0, elapsedMs: performance.now() - startedAtMs });
          throw signal.aborted ? error : spending.refusal(error, budgetHitOf(error));
        });
      spending.add(stats);
      if (isNarrow) spending.checkRows();
      return rows;
    },
  };
}
