import { AppError } from '../../../../lib/errors/app-error.js';
import type { Statement, StatementParams } from '../../../../lib/store/statement.js';
import type { StatementSettings, Store } from '../../../../lib/store/store.js';
import type { CellRecord } from '../../registry/tenant-record.js';
import { type MovedTable, movedTables } from './moved-tables.js';
import {
  COPY_SETTINGS,
  checksum,
  copyKeyed,
  copyMerged,
  copyMissing,
  countMissing,
  countMissingKeys,
  deletePartition,
  fingerprint,
  type Passage,
  SELECT_MARKS,
  SELECT_RUNNING,
} from './statements.js';
import { tenantPartitions } from './tenant-partitions.js';

export interface CopyTask {
  readonly tenantId: number;
  readonly from: CellRecord;
  readonly to: CellRecord;
  readonly signal: AbortSignal;
  /** Before each deed that changes something. Throws when the lock is lost. */
  readonly verify: () => Promise<void>;
  /** Told of rows as they are copied. */
  readonly onCopied: (rows: number) => Promise<void>;
}

interface Bucket {
  readonly bucket: number;
  readonly n: string;
  readonly sum: string;
  readonly copies: string;
}

interface Work extends Passage {
  readonly task: CopyTask;
  readonly partition: string;
}

/** A statement copies an hour of one tenant in one table, or compares a day. */
const STATEMENT_BUDGET_MS = 300_000;
const RUNNING_POLL_MS = 200;

/**
 * Brings to one cell what another has of a tenant and it has not: by what is there, not by what was noted, so that it can be
 * repeated after whatever happened. Partitions that were alike and have had no insert since are not looked at again.
 */
export class RowCopier {
  readonly #store: Store;
  /** Marks of partitions when they were found complete, by task and partition. */
  readonly #complete = new Map<string, string>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** What a mover that died has left running must end first: it would be copied a second time. */
  async awaitOthers({ tenantId, signal }: CopyTask): Promise<void> {
    for (;;) {
      const { rows } = await this.#store.query<{ n: string }>(SELECT_RUNNING, { tenantId }, { signal });
      if (rows[0]?.n === '0') return;
      await new Promise((resolve) => setTimeout(resolve, RUNNING_POLL_MS));
      signal.throwIfAborted();
    }
  }

  /** Copies what is missing. Returns how many rows that were; 0 says that the new cell has everything. */
  async copy(task: CopyTask): Promise<number> {
    const marks = await this.#marks(task);
    let copied = 0;
    const tables = await movedTables(this.#store, task.from, task.signal);
    const copiedAsRows = tables.filter(({ kind }) => kind === 'rows' || kind === 'keyed');
    for (const { table, partition } of await this.#partitions(task, task.from, copiedAsRows)) {
      const key = `${task.from.database} ${table.name} ${partition}`;
      const mark = marks.get(`${table.name} ${partition}`);
      if (mark !== undefined && this.#complete.get(key) === mark) continue;
      const work = { task, table, partition, from: task.from.database, to: task.to.database };
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
      if (!same.has(partition)) continue;
      const work = { task, table, partition, from: task.from.database, to: task.to.database };
      if (await this.#isAlike(work)) continue;
      await this.#replace(work);
      if (!(await this.#isAlike(work)))
        throw new AppError('internal', `${table.name} of ${partition} differs between the cells.`);
    }
  }

  async #copyRows(work: Work): Promise<number> {
    let copied = 0;
    const before = new Map((await this.#fingerprint(work, work.to)).map((one) => [Number(one.bucket), one]));
    for (const { bucket, n, sum, copies } of await this.#fingerprint(work, work.from)) {
      const there = before.get(Number(bucket));
      if (there && there.n === n && there.sum === sum) continue;
      const hasCopies = copies !== '0';
      const params = { bucket: Number(bucket) };
      const missing = await this.#count(work, countMissing(work, hasCopies), params);
      if (missing === 0) continue;
      await this.#write(work, copyMissing(work, hasCopies), params);
      copied += missing;
      await work.task.onCopied(missing);
    }
    return copied;
  }

  /** Counted by keys; of versions of one key, the newest is copied along. */
  async #copyKeyed(work: Work): Promise<number> {
    const missing = await this.#count(work, countMissingKeys(work), {});
    await this.#write(work, copyKeyed(work), {});
    if (missing > 0) await work.task.onCopied(missing);
    return missing;
  }

  /** Days that have as many spans in both cells: after a copy, the same ones. */
  async #samePartitions(task: CopyTask, tables: readonly MovedTable[]): Promise<ReadonlySet<string>> {
    const spans = tables.filter(({ name }) => name === 'spans');
    const there = await this.#partitions(task, task.to, spans);
    const rows = new Map(there.map((one) => [one.partition, one.rows]));
    const here = await this.#partitions(task, task.from, spans);
    return new Set(
      here.filter((one) => rows.get(one.partition) === one.rows).map(({ partition }) => partition),
    );
  }

  async #isAlike(work: Work): Promise<boolean> {
    const of = async (database: string) => {
      const { rows } = await this.#select<{ n: string; sum: string }>(work, checksum(database, work.table));
      return `${rows[0]?.n} ${rows[0]?.sum}`;
    };
    return (await of(work.from)) === (await of(work.to));
  }

  async #replace(work: Work): Promise<void> {
    await this.#write(work, deletePartition(work.to, work.table), {}, { mutations_sync: 1 });
    await this.#write(work, copyMerged(work), {});
  }

  async #marks({ from, signal }: CopyTask): Promise<ReadonlyMap<string, string>> {
    const params = { cell: from.database };
    const { rows } = await this.#store.query<{ table: string; partition: string; mark: string }>(
      SELECT_MARKS,
      params,
      { signal },
    );
    return new Map(rows.map(({ table, partition, mark }) => [`${table} ${partition}`, mark]));
  }

  #partitions({ tenantId, signal }: CopyTask, { database }: CellRecord, tables: readonly MovedTable[]) {
    return tenantPartitions(this.#store, { database, tables, tenantId, signal });
  }

  async #fingerprint(work: Work, database: string): Promise<readonly Bucket[]> {
    return (await this.#select<Bucket>(work, fingerprint(database, work.table))).rows;
  }

  async #count(work: Work, statement: Statement, params: StatementParams): Promise<number> {
    return Number((await this.#select<{ n: string }>(work, statement, params)).rows[0]?.n ?? 0);
  }

  #select<T>({ task, partition }: Work, statement: Statement, extra: StatementParams = {}) {
    const params = { ...extra, tenantId: task.tenantId, partition };
    return this.#store.query<T>(statement, params, {
      signal: task.signal,
      maxExecutionMs: STATEMENT_BUDGET_MS,
    });
  }

  async #write(
    { task, partition }: Work,
    statement: Statement,
    extra: StatementParams,
    settings: StatementSettings = COPY_SETTINGS,
  ): Promise<void> {
    await task.verify();
    const params = { ...extra, tenantId: task.tenantId, partition };
    const options = { signal: task.signal, maxExecutionMs: STATEMENT_BUDGET_MS, settings };
    await this.#store.command(statement, params, options);
  }
}
