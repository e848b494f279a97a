import type { Store } from '../../../lib/store/store.js';
import type { Lease } from '../locks/lock.js';
import type { AuditLog, Deed } from '../registry/stored/audit-log.js';
import type { CellRecord } from '../registry/tenant-record.js';
import { dayOf, dayText, partitionOfDay } from './days.js';
import type { RetentionStep } from './plan.js';
import {
  clusterParams,
  deleteRows,
  dropPartition,
  reclaimPartition,
  type TableTarget,
} from './statements.js';
import { type StoredDay, sumAmounts } from './stored.js';

export interface ExecutorOptions {
  readonly store: Store;
  /** Cluster on which the tables of a cell are made, by the cell's address. */
  readonly clusterOf: (database: string) => string | undefined;
  readonly audit: AuditLog;
}

export interface ExecutionContext {
  readonly cell: CellRecord;
  readonly lease: Lease;
  /** Asked before each step; false ends the execution, since the plan was made for something else. */
  readonly isStillWanted: () => boolean;
  /** Told of every step that was done. */
  readonly onDone: (step: RetentionStep) => void;
  readonly signal: AbortSignal;
}

const ACTOR = 'retention loop';
const STEP_BUDGET_MS = 300_000;
/** Partitions are written anew when this share of their rows is deleted, and this many are asked for at a time. */
const RECLAIM_SHARE = 0.2;
const MAX_RECLAIMS = 4;

/** Does what was planned, in order, each deed only while the lock is held and with its audit row before it. */
export class RetentionExecutor {
  readonly #options: ExecutorOptions;

  constructor(options: ExecutorOptions) {
    this.#options = options;
  }

  /** True when every step was done. */
  async execute(steps: readonly RetentionStep[], context: ExecutionContext): Promise<boolean> {
    const { audit } = this.#options;
    for (const step of steps) {
      await context.lease.verify();
      if (!context.isStillWanted()) return false;
      await audit.write(deedsOf(step, context), context.signal);
      await this.#do(step, context);
      context.onDone(step);
    }
    return true;
  }

  /** Has the server free what deleted rows still take, oldest day first. Not of today: merges will do that anyway. */
  async reclaim(stored: readonly StoredDay[], nowMs: number, context: ExecutionContext): Promise<void> {
    const wasteful = stored
      .filter((day) => day.day < dayOf(nowMs) && day.isComplete && deadShare(day) >= RECLAIM_SHARE)
      .sort((a, b) => a.day - b.day)
      .slice(0, MAX_RECLAIMS);
    for (const { table, day } of wasteful) {
      await context.lease.verify();
      const target = this.#targetOf(table, context.cell);
      const params = { partition: partitionOfDay(day), ...clusterParams(target) };
      const settings = { mutations_sync: 1 };
      const { signal, cell } = context;
      const options = { database: cell.database, signal, settings, maxExecutionMs: STEP_BUDGET_MS };
      await this.#options.store.command(reclaimPartition(target), params, options);
    }
  }

  async #do(step: RetentionStep, { cell, signal }: ExecutionContext): Promise<void> {
    const target = this.#targetOf(step.table, cell);
    const options = { database: cell.database, signal, maxExecutionMs: STEP_BUDGET_MS };
    const partition = partitionOfDay(step.day);
    const { store } = this.#options;
    if (step.action === 'drop_partition')
      // The server's guard against dropping much by mistake has no place here: dropping much is the purpose.
      return store.command(
        dropPartition(target),
        { partition, ...clusterParams(target) },
        { ...options, settings: { max_partition_size_to_drop: 0 } },
      );
    const tenants = step.tenants.map(({ tenantId }) => tenantId);
    return store.command(deleteRows(target), { partition, tenants, ...clusterParams(target) }, options);
  }

  #targetOf(table: string, cell: CellRecord): TableTarget {
    return { table, cluster: this.#options.clusterOf(cell.database) };
  }
}

function deadShare({ physicalRows, tenants }: StoredDay): number {
  return physicalRows === 0 ? 0 : 1 - sumAmounts(tenants.values()).rows / physicalRows;
}

/** One row for a partition that many lose for their age, otherwise one for each tenant. */
function deedsOf(step: RetentionStep, { cell, lease }: ExecutionContext): Deed[] {
  const { action, table, tenants } = step;
  const common = {
    ...{ actor: ACTOR, action, cell: cell.name, table, day: dayText(step.day), fence: lease.fence },
  };
  if (action === 'drop_partition' && tenants.length !== 1) {
    const { rows, bytes } = sumAmounts(tenants.map(({ amount }) => amount));
    const reason = `past what any of ${tenants.length} tenants keeps`;
    return [{ ...common, reason, rows, bytes }];
  }
  return tenants.map(({ tenantId, reason, amount }) => ({ ...common, tenantId, reason, ...amount }));
}
