import { cellAddress, databaseNameOf, serviceOf } from '../../../../lib/store/cell-address.js';
import type { Store } from '../../../../lib/store/store.js';
import { ask, type CopyTask, change } from './copy-task.js';
import { type Marks, marksOf } from './marks.js';
import { type MovedTable, movedTables } from './moved-tables.js';
import { onCluster, type Staging } from './staging.js';
import { checksum, copyMerged, deleteUntil, partitionsUntil, tableName } from './statements.js';

interface Rebuilt {
  /** Address of a database with what should be there. */
  readonly rebuilt: string;
  readonly table: MovedTable;
  readonly partition: string;
  /** Of the cell, before it was looked at. */
  readonly marks: Marks;
}

/** Id of the partition of a day: a day is the partition everywhere. */
const partitionOf = (day: string): string => day.replaceAll('-', '');

/**
 * Compares what views have written about a day with what they would write about the same spans now, and puts it right where it
 * differs: an insert that was cut off may leave a view without its part, and of a day that got spans while its tenant moved there is
 * no other cell to compare with.
 */
export class DerivedCheck {
  readonly #store: Store;
  readonly #staging: Staging;

  constructor(store: Store, staging: Staging) {
    this.#store = store;
    this.#staging = staging;
  }

  /**
   * Checks a day in the task's new cell. Returns the tables that were put right; undefined when rows came meanwhile, so that
   * not all of them could be compared.
   */
  async mend(task: CopyTask, dayMs: number): Promise<readonly string[] | undefined> {
    const day = new Date(dayMs).toISOString().slice(0, 10);
    const partition = partitionOf(day);
    const marks = await marksOf(this.#store, task.to, task);
    const tables = (await movedTables(this.#store, task.to, task.signal)).filter(
      ({ kind, source }) => kind === 'derived' && source !== '',
    );
    const rebuilt = await this.#rebuild(task, tables, day);
    const differing: MovedTable[] = [];
    for (const table of tables)
      if (await this.#differs(task, { rebuilt, table, partition })) differing.push(table);
    const now = await marksOf(this.#store, task.to, task);
    const still = differing.filter(({ name, source }) =>
      [name, source].every((one) => now.get(`${one} ${partition}`) === marks.get(`${one} ${partition}`)),
    );
    for (const table of still) await this.#replace(task, { rebuilt, table, partition, marks });
    await this.#staging.dropFerries(task);
    return still.length === differing.length ? still.map(({ name }) => name) : undefined;
  }

  /** What the views make of their sources as they are now, in a database of its own. */
  async #rebuild(task: CopyTask, tables: readonly MovedTable[], day: string): Promise<string> {
    const { database: to } = task.to;
    const cell = databaseNameOf(to);
    const at = cellAddress({ database: this.#staging.ferryOf(task), service: serviceOf(to) });
    await this.#staging.dropFerries(task);
    await this.#staging.create(task, { at, tables, like: cell });
    const filter = `TenantId = ${task.tenantId} AND toDate(Timestamp) = \\'${day}\\'`;
    for (const { name, columns, definition, source } of tables) {
      const settings = { additional_table_filters: `{'${cell}.${source}': '${filter}'}` };
      const target = tableName(databaseNameOf(at), { name });
      const sql = `INSERT INTO ${target} (${columns}) SELECT ${columns} FROM (${definition})`;
      await change(this.#store, task, { at, statement: { name: 'move_rebuild', sql }, settings });
    }
    return at;
  }

  async #differs(task: CopyTask, { rebuilt, table, partition }: Omit<Rebuilt, 'marks'>): Promise<boolean> {
    const of = (at: string) => this.#sumOf(task, at, table, partition);
    return (await of(rebuilt)) !== (await of(task.to.database));
  }

  async #sumOf(task: CopyTask, at: string, table: MovedTable, partition: string): Promise<string> {
    const statement = checksum(databaseNameOf(at), table);
    type Sum = { readonly n: string; readonly sum: string };
    const [row] = await ask<Sum>(this.#store, task, { at, statement, params: { partition } });
    return `${row?.n} ${row?.sum}`;
  }

  /** What a span adds that comes at this moment is in a later block, and stays. */
  async #replace(task: CopyTask, { rebuilt, table, partition, marks }: Rebuilt): Promise<void> {
    const { database: at } = task.to;
    const to = databaseNameOf(at);
    const own = new Map([...marks].filter(([key]) => key === `${table.name} ${partition}`));
    const cluster = this.#staging.clusterOf(at);
    const until = partitionsUntil(own, table);
    if (own.size > 0)
      await change(this.#store, task, {
        ...{ at, statement: deleteUntil(onCluster(cluster), to, table) },
        params: { ...(cluster !== undefined && { cluster }), ...until },
        settings: { mutations_sync: 1 },
      });
    const statement = copyMerged({ table, from: databaseNameOf(rebuilt), to });
    await change(this.#store, task, { at, statement, params: { partition } });
  }
}
