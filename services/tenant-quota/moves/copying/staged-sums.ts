import { AppError } from '../../../../lib/errors/app-error.js';
import { quoteIdentifier, type Statement } from '../../../../lib/store/statement.js';
import type { Store } from '../../../../lib/store/store.js';
import { type MovedTable, movedTables } from './moved-tables.js';
import type { CopyTask } from './row-copier.js';
import { COPY_SETTINGS, checksum, copyMerged } from './statements.js';
import { type TenantPartition, tenantPartitions } from './tenant-partitions.js';

const BUDGET_MS = 300_000;

const PARTS: Statement = {
  name: 'move_staged_parts',
  sql: `SELECT DISTINCT table AS name, partition_id AS partition FROM system.parts
WHERE database = {stage:String} AND active AND rows > 0 ORDER BY name, partition`,
};

/**
 * Hands over tables whose rows add up, exactly once: they are copied to tables that nobody reads, compared there, and then
 * moved part by part, which takes them out of those tables in the same deed. What is left there is what is still to be handed
 * over, whoever comes to do it.
 */
export class StagedSums {
  readonly #store: Store;
  readonly #onCluster: string;
  readonly #cluster: { readonly cluster?: string };

  constructor(store: Store, cluster: string | undefined) {
    this.#store = store;
    this.#onCluster = cluster === undefined ? '' : ' ON CLUSTER {cluster:Identifier}';
    this.#cluster = cluster === undefined ? {} : { cluster };
  }

  /** Copies all of it anew. Throws `unavailable` when the source had an insert meanwhile. */
  async fill(task: CopyTask): Promise<void> {
    await this.drop(task);
    const stage = stageOf(task);
    await this.#run(
      task,
      'move_stage_create',
      `CREATE DATABASE IF NOT EXISTS ${quoteIdentifier(stage)}${this.#onCluster}`,
    );
    const tables = (await movedTables(this.#store, task.from, task.signal)).filter(
      ({ kind }) => kind === 'sums',
    );
    for (const { name } of tables) {
      const [staged, model] = [nameOf(stage, name), nameOf(task.to.database, name)];
      await this.#run(task, 'move_stage_table', `CREATE TABLE ${staged}${this.#onCluster} AS ${model}`);
    }
    const { tenantId, signal, from } = task;
    const question = { database: from.database, tables, tenantId, signal };
    for (const partition of await tenantPartitions(this.#store, question))
      await this.#copyStaged(task, stage, partition);
  }

  /** Moves what is there to the task's new cell; nothing is there afterwards. */
  async attach(task: CopyTask): Promise<void> {
    const stage = stageOf(task);
    for (const { name, partition } of await this.#parts(task, stage)) {
      const [source, target] = [nameOf(stage, name), nameOf(task.to.database, name)];
      const sql = `ALTER TABLE ${source} MOVE PARTITION ID {partition:String} TO TABLE ${target}`;
      await this.#run(task, 'move_stage_attach', sql, { partition });
    }
    if ((await this.#parts(task, stage)).length > 0)
      throw new AppError('unavailable', 'Sums are still to be handed over.');
  }

  async drop(task: CopyTask): Promise<void> {
    const sql = `DROP DATABASE IF EXISTS ${quoteIdentifier(stageOf(task))}${this.#onCluster} SYNC`;
    await this.#run(task, 'move_stage_drop', sql);
  }

  async #copyStaged(task: CopyTask, stage: string, { table, partition }: TenantPartition): Promise<void> {
    const { tenantId, signal, from } = task;
    const params = { tenantId, partition };
    const options = { signal, maxExecutionMs: BUDGET_MS, settings: COPY_SETTINGS };
    await task.verify();
    await this.#store.command(copyMerged({ table, from: from.database, to: stage }), params, options);
    await this.#requireAlike(task, { table, stage, partition });
  }

  async #requireAlike(
    { tenantId, signal, from }: CopyTask,
    {
      table,
      stage,
      partition,
    }: { readonly table: MovedTable; readonly stage: string; readonly partition: string },
  ): Promise<void> {
    const of = async (database: string) => {
      const params = { tenantId, partition };
      const options = { signal, maxExecutionMs: BUDGET_MS };
      const { rows } = await this.#store.query<{ n: string; sum: string }>(
        checksum(database, table),
        params,
        options,
      );
      return `${rows[0]?.n} ${rows[0]?.sum}`;
    };
    if ((await of(from.database)) === (await of(stage))) return;
    throw new AppError('unavailable', `${table.name} of ${partition} was written to while it was copied.`);
  }

  async #parts({ signal }: CopyTask, stage: string) {
    type Part = { readonly name: string; readonly partition: string };
    return (await this.#store.query<Part>(PARTS, { stage }, { signal })).rows;
  }

  async #run(task: CopyTask, name: string, sql: string, params: { readonly partition?: string } = {}) {
    await task.verify();
    const withTenant = { ...params, ...this.#cluster, tenantId: task.tenantId };
    await this.#store.command({ name, sql }, withTenant, { signal: task.signal, maxExecutionMs: BUDGET_MS });
  }
}

const nameOf = (database: string, table: string) => `${quoteIdentifier(database)}.${quoteIdentifier(table)}`;

/** A database of its own, so that nobody takes these tables for a cell's. */
const stageOf = ({ tenantId }: CopyTask): string => `gob_move_${tenantId}`;
