import { AppError } from '../../../lib/errors/app-error.js';
import { databaseNameOf } from '../../../lib/store/cell-address.js';
import type { Statement, StatementParams } from '../../../lib/store/statement.js';
import type { Store } from '../../../lib/store/store.js';
import { tablesOfTenant } from '../provisioning/tenant-tables.js';
import type { AuditLog } from '../registry/stored/audit-log.js';
import { type CopyTask, change } from './copying/copy-task.js';
import { type Marks, marksOf } from './copying/marks.js';
import { type MovedTable, movedTables } from './copying/moved-tables.js';
import type { RowCopier } from './copying/row-copier.js';
import type { StagedSums } from './copying/staged-sums.js';
import { onCluster, type Staging } from './copying/staging.js';
import { deleteUntil, partitionsUntil } from './copying/statements.js';
import { deleteEmptySums, mergePartition } from './copying/sums-statements.js';
import { tenantPartitions } from './copying/tenant-partitions.js';

export interface LeavingOptions {
  readonly store: Store;
  readonly audit: Pick<AuditLog, 'write'>;
  readonly copier: RowCopier;
  readonly sums: StagedSums;
  readonly staging: Staging;
}

/** Rows that keep coming are those of receivers that have not turned: the next try is after a pause. */
const MAX_ROUNDS = 5;
const DELETE_SETTINGS = { mutations_sync: 1 };

/**
 * Empties the cell that a tenant leaves, without a gap through which a row could be lost that comes at this very moment: what
 * is deleted is what was stored before a look over everything that found nothing missing in the new cell.
 */
export class Leaving {
  readonly #options: LeavingOptions;

  constructor(options: LeavingOptions) {
    this.#options = options;
  }

  /**
   * Of a tenant that is erased, with `isGone`, nothing is brought over. `handOver`: there are sums again that are to be handed over first, and are written down. `empty`: nothing is left. Throws
   * `unavailable` when rows keep coming.
   */
  async leave(task: CopyTask, isGone: boolean): Promise<'handOver' | 'empty'> {
    const { store, copier, sums } = this.#options;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const marks = await marksOf(store, task.from, task);
      while (!isGone && (await copier.copy(task)) > 0) await task.verify();
      if (!isGone && (await sums.fill(task))) return 'handOver';
      await this.#delete(task, marks, isGone);
      if ((await this.#left(task)).length === 0) return 'empty';
    }
    throw new AppError('unavailable', `Rows keep coming to the cell ${task.from.name}.`);
  }

  /** What the cell has of the tenant, which is in the audit log before it is deleted. */
  async #left({ tenantId, from, signal }: CopyTask) {
    const tables = await tablesOfTenant(this.#options.store, from, tenantId, signal);
    return tables.filter(({ rows }) => rows > 0);
  }

  async #delete(task: CopyTask, marks: Marks, isGone: boolean): Promise<void> {
    const { store, audit, staging } = this.#options;
    const { from, tenantId, fence, signal } = task;
    const left = new Map((await this.#left(task)).map((table) => [table.table, table]));
    const common = { actor: 'mover', action: 'move_delete', tenantId, cell: from.name, fence };
    await audit.write(
      [...left.values()].map((table) => ({ ...common, ...table })),
      signal,
    );
    const where = onCluster(staging.clusterOf(from.database));
    const name = databaseNameOf(from.database);
    for (const table of await movedTables(store, from, signal)) {
      if (!left.has(table.name)) continue;
      if (table.kind === 'sums' && !isGone) await this.#deleteSums(task, table);
      else if ([...marks.keys()].some((key) => key.startsWith(`${table.name} `)))
        await this.#run(task, deleteUntil(where, name, table), partitionsUntil(marks, table));
    }
  }

  /** What was handed over adds up to nothing, and is deleted as that: whatever is not zero was not handed over. */
  async #deleteSums(task: CopyTask, table: MovedTable): Promise<void> {
    const { store, staging } = this.#options;
    const { from, tenantId, signal } = task;
    const where = onCluster(staging.clusterOf(from.database));
    const name = databaseNameOf(from.database);
    const question = { database: from.database, tables: [table], tenantId, signal };
    const whole = { optimize_throw_if_noop: 1 };
    for (const { partition } of await tenantPartitions(store, question))
      await this.#run(task, mergePartition(where, name, table), { partition }, whole);
    await this.#run(task, deleteEmptySums(where, name, table), {});
  }

  #run(task: CopyTask, statement: Statement, params: StatementParams, settings: object = DELETE_SETTINGS) {
    const at = task.from.database;
    const { params: cluster } = this.#options.staging.ddl(at, statement.name, statement.sql);
    return change(this.#options.store, task, {
      ...{ at, statement, params: { ...cluster, ...params } },
      settings: { ...settings },
    });
  }
}
