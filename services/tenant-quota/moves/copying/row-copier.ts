import { AppError } from '../../../../lib/errors/app-error.js';
import { databaseNameOf } from '../../../../lib/store/cell-address.js';
import type { Statement, StatementParams } from '../../../../lib/store/statement.js';
import type { StatementSettings, Store } from '../../../../lib/store/store.js';
import type { CellRecord } from '../../registry/tenant-record.js';
import { ask, type CopyTask, change, namesOf } from './copy-task.js';
import type { Ferry } from './ferry.js';
import { marksOf } from './marks.js';
import { type MovedTable, movedTables } from './moved-tables.js';
import {
  checksum,
  copyKeyed,
  copyMerged,
  copyMissing,
  countMissing,
  countMissingKeys,
  deletePartition,
  fingerprint,
} from './statements.js';
import { type TenantPartition, tenantPartitions } from './tenant-partitions.js';

interface Bucket {
  readonly bucket: number;
  readonly n: string;
  readonly sum: string;
  readonly copies: string;
}

interface Work {
  readonly task: CopyTask;
  readonly table: MovedTable;
  readonly partition: string;
}

/**
 * Brings to one cell what another has of a tenant and it has not: by what is there, not by what was noted, so that it can be
 * repeated after whatever happened. Partitions that were alike and have had no insert since are not looked at again.
 */
export class RowCopier {
  readonly #store: Store;
  readonly #ferry: Ferry;
  /** Marks of partitions when they were found complete, by task and partition. */
  readonly #complete = new Map<string, string>();

  constructor(store: Store, ferry: Ferry) {
    this.#store = store;
    this.#ferry = ferry;
  }

  /** Copies what is missing. Returns how many rows that were; 0 says that the new cell has everything. */
  async copy(task: CopyTask): Promise<number> {
    const marks = await marksOf(this.#store, task.from, task);
    let copied = 0;
    const tables = await movedTables(this.#store, task.from, task.signal);
    const copiedAsRows = tables.filter(({ kind }) => kind === 'rows' || kind === 'keyed');
    for (const { table, partition } of await this.#partitions(task, task.from, copiedAsRows)) {
      const key = `${task.from.database} ${table.name} ${partition}`;
      const mark = marks.get(`${table.name} ${partition}`);
      if (mark !== undefined && this.#complete.get(key) === mark) continue;
      const work = { task, table, partition };
      copied += table.kind === 'rows' ? await this.#copyRows(work) : await this.#copyKeyed(work);
      if (mark !== undefined) this.#complete.set(key, mark);
    }
    return copied;
  }

  /**
   * Compares the tables that views have filled, where both cells have the same rows under them, and replaces what differs (an
   * insert that was cut off may leave a view without its part). Throws `internal` when that does not make them alike.
   */
  async mendDerived(task: CopyTask): Promise<void> {
    const tables = await movedTables(this.#store, task.from, task.signal);
    const same = await this.#samePartitions(task, tables);
    const derived = tables.filter(({ kind }) => kind === 'derived');
    for (const { table, partition } of await this.#partitions(task, task.from, derived)) {
      if (!same.has(`${table.source} ${partition}`)) continue;
      const work = { task, table, partition };
      if (await this.#isAlike(work)) continue;
      await this.#replace(work);
      if (!(await this.#isAlike(work)))
        throw new AppError('internal', `${table.name} of ${partition} differs between the cells.`);
    }
  }

  async #copyRows(work: Work): Promise<number> {
    const { from, to } = work.task;
    let copied = 0;
    const there = await this.#fingerprint(work, to);
    const before = new Map(there.map((one) => [Number(one.bucket), one]));
    for (const here of await this.#fingerprint(work, from)) {
      const other = before.get(Number(here.bucket));
      if (other?.n === here.n && other.sum === here.sum) continue;
      copied += await this.#copyBucket(work, here);
    }
    return copied;
  }

  async #copyBucket(work: Work, { bucket: text, copies }: Bucket): Promise<number> {
    const { task, table } = work;
    const bucket = Number(text);
    const hasCopies = copies !== '0';
    const from = await this.#ferry.bringDiffering({ ...work, database: task.from.database }, bucket);
    const passage = { table, from, to: namesOf(task).to };
    const missing = await this.#count(work, countMissing(passage, hasCopies), { bucket });
    if (missing === 0) return 0;
    await this.#write(work, copyMissing(passage, hasCopies), { bucket });
    await task.onCopied(missing);
    return missing;
  }

  /** Counted by keys; of versions of one key, the newest is copied along. */
  async #copyKeyed(work: Work): Promise<number> {
    const { task, table } = work;
    if (await this.#isAlike(work)) return 0;
    const from = await this.#ferry.bringMerged({ ...work, database: task.from.database });
    const passage = { table, from, to: namesOf(task).to };
    const missing = await this.#count(work, countMissingKeys(passage), {});
    await this.#write(work, copyKeyed(passage), {});
    if (missing > 0) await task.onCopied(missing);
    return missing;
  }

  /** `table partition` of days that have as many rows in both cells: after a copy, the same ones. */
  async #samePartitions(task: CopyTask, tables: readonly MovedTable[]): Promise<ReadonlySet<string>> {
    const sources = new Set(tables.map(({ source }) => source));
    const read = tables.filter(({ name }) => sources.has(name));
    const there = await this.#partitions(task, task.to, read);
    const keyOf = ({ table, partition }: TenantPartition) => `${table.name} ${partition}`;
    const rows = new Map(there.map((one) => [keyOf(one), one.rows]));
    const here = await this.#partitions(task, task.from, read);
    return new Set(here.filter((one) => rows.get(keyOf(one)) === one.rows).map(keyOf));
  }

  async #isAlike(work: Work): Promise<boolean> {
    const { table, task } = work;
    const of = async ({ database }: CellRecord) => {
      const statement = checksum(databaseNameOf(database), table);
      const [row] = await this.#select<{ n: string; sum: string }>(work, database, statement);
      return `${row?.n} ${row?.sum}`;
    };
    return (await of(task.from)) === (await of(task.to));
  }

  async #replace(work: Work): Promise<void> {
    const { table, task } = work;
    const { to } = namesOf(task);
    const from = await this.#ferry.bringMerged({ ...work, database: task.from.database });
    await this.#write(work, deletePartition(to, table), {}, { mutations_sync: 1 });
    await this.#write(work, copyMerged({ table, from, to }), {});
  }

  #partitions({ tenantId, signal }: CopyTask, { database }: CellRecord, tables: readonly MovedTable[]) {
    return tenantPartitions(this.#store, { database, tables, tenantId, signal });
  }

  #fingerprint(work: Work, { database }: CellRecord): Promise<readonly Bucket[]> {
    return this.#select<Bucket>(work, database, fingerprint(databaseNameOf(database), work.table));
  }

  async #count(work: Work, statement: Statement, params: StatementParams): Promise<number> {
    const { database: at } = work.task.to;
    const [counted] = await this.#select<{ n: string }>(work, at, statement, params);
    return Number(counted?.n ?? 0);
  }

  #select<T>({ task, partition }: Work, at: string, statement: Statement, params: StatementParams = {}) {
    return ask<T>(this.#store, task, { at, statement, params: { ...params, partition } });
  }

  /** In the new cell. */
  #write(
    { task, partition }: Work,
    statement: Statement,
    params: StatementParams,
    settings?: StatementSettings,
  ): Promise<void> {
    const { database: at } = task.to;
    const more = settings === undefined ? {} : { settings };
    return change(this.#store, task, { at, statement, params: { ...params, partition }, ...more });
  }
}
