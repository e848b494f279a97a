import { AppError } from '../../../../lib/errors/app-error.js';
import { databaseNameOf } from '../../../../lib/store/cell-address.js';
import type { Statement } from '../../../../lib/store/statement.js';
import type { Store } from '../../../../lib/store/store.js';
import type { CellRecord } from '../../registry/tenant-record.js';
import { ask, type CopyTask, change } from './copy-task.js';
import type { Ferry } from './ferry.js';
import { type MovedTable, movedTables } from './moved-tables.js';
import type { Staging } from './staging.js';
import { checksum, tableName } from './statements.js';
import { copyNegated, copyTaken, negatedChecksum } from './sums-statements.js';
import { type TenantPartition, tenantPartitions } from './tenant-partitions.js';

const PARTS: Statement = {
  name: 'move_staged_parts',
  sql: `SELECT DISTINCT table AS name, partition_id AS partition FROM system.parts
WHERE database = {stage:String} AND active AND rows > 0 ORDER BY name, partition`,
};

interface Part {
  readonly name: string;
  readonly partition: string;
}

/**
 * Hands over tables whose rows add up, exactly once, also while the old cell still gets some: what it has is written down twice, as
 * what the new cell is to get and, with the signs turned, as what the old one is to lose. Both wait in tables that nobody
 * reads and are then moved part by part, which takes them out of there in the same deed: what is left there is what is still
 * to be handed over, whoever comes to do it. What came to the old cell meanwhile is all that remains in it, for the next time.
 */
export class StagedSums {
  readonly #store: Store;
  readonly #staging: Staging;
  readonly #ferry: Ferry;

  constructor(store: Store, staging: Staging, ferry: Ferry) {
    this.#store = store;
    this.#staging = staging;
    this.#ferry = ferry;
  }

  /**
   * Writes down what the old cell has, anew. To be repeated until it is done and noted; after that nothing but `give` and `take`.
   * Returns whether there is anything.
   */
  async fill(task: CopyTask): Promise<boolean> {
    await this.#staging.dropSums(task);
    const tables = (await movedTables(this.#store, task.from, task.signal)).filter(
      ({ kind }) => kind === 'sums',
    );
    const there = await this.#partitions(task, tables, task.from.database);
    if (there.length === 0) return false;
    await this.#writeTaken(task, tables, there);
    const taken = await this.#partitions(task, tables, this.#staging.outOf(task));
    if (taken.length === 0) return false;
    const like = databaseNameOf(task.to.database);
    await this.#staging.create(task, { at: this.#staging.inOf(task), tables, like });
    for (const partition of taken) await this.#writeGiven(task, partition);
    return true;
  }

  /** Adds it to the new cell. Nothing is left to add afterwards. */
  give(task: CopyTask): Promise<void> {
    return this.#attach(task, this.#staging.inOf(task), task.to);
  }

  /** Takes it from the old cell, which has it for readers until then. */
  take(task: CopyTask): Promise<void> {
    return this.#attach(task, this.#staging.outOf(task), task.from);
  }

  async #writeTaken(
    task: CopyTask,
    tables: readonly MovedTable[],
    there: readonly TenantPartition[],
  ): Promise<void> {
    const at = this.#staging.outOf(task);
    const [from, to] = [databaseNameOf(task.from.database), databaseNameOf(at)];
    await this.#staging.create(task, { at, tables, like: from });
    for (const { table, partition } of there)
      await change(this.#store, task, {
        ...{ at, params: { partition } },
        statement: copyTaken({ table, from, to }),
      });
  }

  /** From what was written down as taken: so both are the same, whatever comes to the old cell meanwhile. */
  async #writeGiven(task: CopyTask, { table, partition }: TenantPartition): Promise<void> {
    const [source, at] = [this.#staging.outOf(task), this.#staging.inOf(task)];
    const from = await this.#ferry.bringMerged({ task, table, partition, database: source });
    const to = databaseNameOf(at);
    const params = { partition };
    await change(this.#store, task, { at, statement: copyNegated({ table, from, to }), params });
    const of = async (where: string, statement: Statement) => {
      type Sum = { readonly n: string; readonly sum: string };
      const [row] = await ask<Sum>(this.#store, task, { at: where, statement, params });
      return `${row?.n} ${row?.sum}`;
    };
    const taken = await of(source, checksum(databaseNameOf(source), table));
    if (taken === (await of(at, negatedChecksum(to, table)))) return;
    throw new AppError('unavailable', `${table.name} of ${partition} did not arrive as it was sent.`);
  }

  async #attach(task: CopyTask, at: string, { database: cell }: CellRecord): Promise<void> {
    const name = databaseNameOf(at);
    for (const part of await this.#parts(task, at)) {
      const [source, target] = [tableName(name, part), tableName(databaseNameOf(cell), part)];
      const sql = `ALTER TABLE ${source} MOVE PARTITION ID {partition:String} TO TABLE ${target}`;
      const statement = { name: 'move_stage_attach', sql };
      await change(this.#store, task, { at, statement, params: { partition: part.partition } });
    }
    if ((await this.#parts(task, at)).length > 0)
      throw new AppError('unavailable', 'Sums are still to be handed over.');
  }

  #partitions({ tenantId, signal }: CopyTask, tables: readonly MovedTable[], database: string) {
    return tenantPartitions(this.#store, { database, tables, tenantId, signal });
  }

  #parts(task: CopyTask, at: string): Promise<readonly Part[]> {
    const params = { stage: databaseNameOf(at) };
    return ask<Part>(this.#store, task, { at, statement: PARTS, params });
  }
}
