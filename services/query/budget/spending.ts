import { AppError } from '../../../lib/errors/app-error.js';
import { addCost, NO_COST, type QueryCost } from '../../../lib/rpc/query-stats.js';
import type { BudgetHit } from '../../../lib/store/budget-hit.js';
import type { QueryStats, StatementSettings } from '../../../lib/store/store.js';
import type { CallBudget } from './call-budget.js';
import { overBudget } from './over-budget.js';

/** What the next statement may cost. */
export interface Allowance {
  readonly settings: StatementSettings;
  readonly maxExecutionMs: number;
}

/**
 * What one call has spent of its budget. Statements that run side by side are each given what was left when they began, so
 * that a call may read at most that many times more than it may.
 */
export class Spending {
  readonly #budget: CallBudget;
  readonly #onCost: ((cost: QueryCost) => void) | undefined;
  readonly #startedAtMs = performance.now();
  #cost = NO_COST;

  /** `onCost` is told the cost so far after each statement. */
  constructor(budget: CallBudget, onCost?: (cost: QueryCost) => void) {
    this.#budget = budget;
    this.#onCost = onCost;
  }

  /**
   * What is left, for one more statement. Throws `query_too_expensive` when that is nothing. Of a narrow statement the rows are left to
   * `checkRows`.
   */
  remaining(isNarrow = false): Allowance {
    const { timeMs, rows, bytes, memoryBytes } = this.#budget;
    const rowsLeft = this.#left({ kind: 'rows', measured: this.#cost.rowsRead }, rows.value);
    return {
      maxExecutionMs: Math.ceil(this.#left({ kind: 'time', measured: this.#elapsedMs }, timeMs.value)),
      settings: {
        ...(!isNarrow && { max_rows_to_read: rowsLeft }),
        max_bytes_to_read: this.#left({ kind: 'bytes', measured: this.#cost.bytesRead }, bytes.value),
        max_memory_usage: memoryBytes.value,
        // `break` would hand out a part as if it were all.
        read_overflow_mode: 'throw',
        result_overflow_mode: 'throw',
        timeout_overflow_mode: 'throw',
      },
    };
  }

  /** Counts one more statement, also one that failed. */
  add(stats: QueryStats): void {
    this.#cost = addCost(this.#cost, { ...stats, statements: 1 });
    this.#onCost?.(this.#cost);
  }

  /** Throws `query_too_expensive` when more rows were read than the call may. */
  checkRows(): void {
    const { rowsRead } = this.#cost;
    if (rowsRead > this.#budget.rows.value)
      throw overBudget({ kind: 'rows', measured: rowsRead }, this.#budget);
  }

  /** The error of a statement as the call's: its measured figures are those of the whole call. */
  refusal(error: unknown, hit: BudgetHit | undefined): unknown {
    const isOutOfTime = error instanceof AppError && error.code === 'deadline_exceeded';
    if (hit === undefined && !isOutOfTime) return error;
    if (hit === undefined || hit.kind === 'time')
      return overBudget({ kind: 'time', measured: this.#elapsedMs }, this.#budget, error);
    return overBudget({ ...hit, measured: this.#inAll(hit) }, this.#budget, error);
  }

  #inAll({ kind, measured }: BudgetHit): number | undefined {
    if (measured === undefined || kind === 'memory') return measured;
    return measured + (kind === 'rows' ? this.#cost.rowsRead : this.#cost.bytesRead);
  }

  get #elapsedMs(): number {
    return Math.round(performance.now() - this.#startedAtMs);
  }

  /** Zero would read as "unlimited" to ClickHouse. */
  #left(spent: { readonly kind: BudgetHit['kind']; readonly measured: number }, limit: number): number {
    if (spent.measured < limit) return limit - spent.measured;
    throw overBudget(spent, this.#budget);
  }
}
