import { cellAddress, databaseNameOf, serviceOf } from '../../../../lib/store/cell-address.js';
import { quoteIdentifier } from '../../../../lib/store/statement.js';
import type { Store } from '../../../../lib/store/store.js';
import { ask, type CopyTask, change, placesOf, type TaskStatement } from './copy-task.js';
import type { MovedTable } from './moved-tables.js';
import { tableName } from './statements.js';

/** The cluster on which tables of a cell are made, by the cell's address; undefined for one server. */
export type ClusterOf = (address: string) => string | undefined;

export const onCluster = (cluster: string | undefined): string =>
  cluster === undefined ? '' : ' ON CLUSTER {cluster:Identifier}';

/** Databases of a move, which nobody takes for a cell's. All of them are gone when the move is over. */
export class Staging {
  readonly clusterOf: ClusterOf;
  readonly #store: Store;

  constructor(store: Store, clusterOf: ClusterOf) {
    this.#store = store;
    this.clusterOf = clusterOf;
  }

  /** What is to be added to the sums of the new cell. */
  inOf({ tenantId, to }: CopyTask): string {
    return cellAddress({ database: `gob_move_${tenantId}`, service: serviceOf(to.database) });
  }

  /** What is to be taken from those of the old one. */
  outOf({ tenantId, from }: CopyTask): string {
    return cellAddress({ database: `gob_move_${tenantId}_out`, service: serviceOf(from.database) });
  }

  /** Name of where a mover collects rows that come from another service. */
  ferryOf({ tenantId, fence }: CopyTask): string {
    return `gob_move_${tenantId}_${fence}`;
  }

  /** Makes tables, with their database, like those of another database of the service. */
  async create(
    task: CopyTask,
    { at, tables, like }: { at: string; tables: readonly Pick<MovedTable, 'name'>[]; like: string },
  ): Promise<void> {
    const where = onCluster(this.clusterOf(at));
    const name = databaseNameOf(at);
    const run = (what: string, sql: string) => change(this.#store, task, this.ddl(at, what, sql));
    await run('move_stage_create', `CREATE DATABASE IF NOT EXISTS ${quoteIdentifier(name)}${where}`);
    for (const table of tables) {
      const sql = `CREATE TABLE IF NOT EXISTS ${tableName(name, table)}${where} AS ${tableName(like, table)}`;
      await run('move_stage_table', sql);
    }
  }

  /** Drops what sums were handed over by, wherever it may be. */
  async dropSums(task: CopyTask): Promise<void> {
    const { tenantId } = task;
    for (const place of placesOf(task))
      for (const name of [`gob_move_${tenantId}`, `gob_move_${tenantId}_out`])
        await this.#drop(task, place, name);
  }

  /** Drops what movers have collected, also those that were killed; except what is to be kept. */
  async dropFerries(task: CopyTask, except = ''): Promise<void> {
    const sql = `SELECT name FROM system.databases
WHERE match(name, concat('^gob_move_', toString({tenantId:UInt32}), '_[0-9]+$')) AND name != {except:String}`;
    const statement = { name: 'move_ferries', sql };
    for (const at of placesOf(task)) {
      const found = await ask<{ name: string }>(this.#store, task, { at, statement, params: { except } });
      for (const { name } of found) await this.#drop(task, at, name);
    }
  }

  ddl(at: string, name: string, sql: string): TaskStatement {
    const cluster = this.clusterOf(at);
    return { at, statement: { name, sql }, params: cluster === undefined ? {} : { cluster } };
  }

  async #drop(task: CopyTask, place: string, name: string): Promise<void> {
    const sql = `DROP DATABASE IF EXISTS ${quoteIdentifier(name)}${onCluster(this.clusterOf(place))} SYNC`;
    await change(this.#store, task, this.ddl(place, 'move_stage_drop', sql));
  }
}
