import { randomUUID } from 'node:crypto';
import { AppError } from '../../../../lib/errors/app-error.js';
import { cellAddress, databaseNameOf, isSameService, serviceOf } from '../../../../lib/store/cell-address.js';
import type { StatementParams } from '../../../../lib/store/statement.js';
import type { Store } from '../../../../lib/store/store.js';
import { ask, BUDGET_MS, type CopyTask, change, type TaskStatement } from './copy-task.js';
import type { MovedTable } from './moved-tables.js';
import { onCluster, type Staging } from './staging.js';
import { measureMerged, measureSlices, readMerged, readSlices, tableName } from './statements.js';

/** What is brought: a partition of a table at an address that the task's old cell is on. */
export interface Freight {
  readonly task: CopyTask;
  readonly table: MovedTable;
  readonly partition: string;
  readonly database: string;
}

interface Slice {
  readonly slice: number;
  readonly n: string;
  readonly sum: string;
  readonly bytes: string;
}

/** Held in memory at a time, about. */
const LOAD_BYTES = 16 * 2 ** 20;

/**
 * Brings rows to where statements that run in the new cell's service can read them. On one service they are read where they
 * are. Else they go through this process, a load after the other, into a database that no other mover knows: what a mover
 * that was killed still has on its way never gets among them. Repeated, it begins with an empty table.
 */
export class Ferry {
  readonly #store: Store;
  readonly #staging: Staging;
  readonly #ready = new Set<string>();

  constructor(store: Store, staging: Staging) {
    this.#store = store;
    this.#staging = staging;
  }

  /** After a failure: what was made may be gone. */
  forget(): void {
    this.#ready.clear();
  }

  /** Those slices of a bucket that the new cell has otherwise. Returns the name of a database next to the new cell's. */
  async bringDiffering(freight: Freight, bucket: number): Promise<string> {
    const { task, table, database } = freight;
    if (isSameService(database, task.to.database)) return databaseNameOf(database);
    const name = await this.#emptied(freight);
    const there = new Map(
      (await this.#slices(freight, task.to.database, bucket)).map((one) => [one.slice, one]),
    );
    const here = await this.#slices(freight, database, bucket);
    const differing = here.filter(({ slice, n, sum }) => {
      const other = there.get(slice);
      return other?.n !== n || other.sum !== sum;
    });
    const statement = readSlices(databaseNameOf(database), table);
    for (const params of loadsOf(differing))
      await this.#carry(freight, name, { at: database, statement, params: { ...params, bucket } });
    await this.#requireSlices(freight, { name, bucket, differing });
    return name;
  }

  /** A partition, merged. Returns the name of a database next to the new cell's. */
  async bringMerged(freight: Freight): Promise<string> {
    const { task, table, database, partition } = freight;
    if (isSameService(database, task.to.database)) return databaseNameOf(database);
    const name = await this.#emptied(freight);
    const from = databaseNameOf(database);
    const [size] = await this.#ask<{ n: string; bytes: string }>(
      freight,
      database,
      measureMerged(from, table),
    );
    const shares = sharesOf(Number(size?.bytes ?? 0));
    for (let share = 0; share < shares; share++) {
      const params = { shares, share };
      await this.#carry(freight, name, { at: database, statement: readMerged(from, table), params });
    }
    const at = cellAddress({ database: name, service: serviceOf(task.to.database) });
    const [loaded] = await this.#ask<{ n: string }>(freight, at, measureMerged(name, table));
    if (Number(loaded?.n ?? 0) < Number(size?.n ?? 0)) throw incomplete(table, partition);
    return name;
  }

  /** Rows may have come meanwhile, none may be missing. */
  async #requireSlices(
    freight: Freight,
    { name, bucket, differing }: { name: string; bucket: number; differing: readonly Slice[] },
  ): Promise<void> {
    const at = cellAddress({ database: name, service: serviceOf(freight.task.to.database) });
    const loaded = new Map((await this.#slices(freight, at, bucket)).map((one) => [one.slice, one]));
    for (const { slice, n, sum } of differing) {
      const found = loaded.get(slice);
      const isWhole =
        found !== undefined && (Number(found.n) > Number(n) || (found.n === n && found.sum === sum));
      if (!isWhole) throw incomplete(freight.table, freight.partition);
    }
  }

  async #carry({ task, table, partition }: Freight, name: string, read: TaskStatement): Promise<void> {
    const { tenantId, signal } = task;
    await task.verify();
    const params = { ...read.params, tenantId, partition };
    const options = { database: read.at, signal, maxExecutionMs: BUDGET_MS };
    const block = await this.#store.readNative(read.statement, params, options);
    if (block.length === 0) return;
    await this.#store.insertNative({
      database: cellAddress({ database: name, service: serviceOf(task.to.database) }),
      table: table.name,
      columns: table.columnNames,
      blocks: [block],
      deduplicationToken: randomUUID(),
      ...{ signal, maxExecutionMs: BUDGET_MS },
    });
  }

  async #emptied({ task, table }: Freight): Promise<string> {
    const name = this.#staging.ferryOf(task);
    const { database: to } = task.to;
    const at = cellAddress({ database: name, service: serviceOf(to) });
    const key = `${at}.${table.name}`;
    if (!this.#ready.has(key)) {
      if (this.#ready.size === 0) await this.#staging.dropFerries(task, name);
      await this.#staging.create(task, { at, tables: [table], like: databaseNameOf(to) });
      this.#ready.add(key);
    }
    const sql = `TRUNCATE TABLE ${tableName(name, table)}${onCluster(this.#staging.clusterOf(at))}`;
    await change(this.#store, task, this.#staging.ddl(at, 'move_ferry_empty', sql));
    return name;
  }

  #slices(freight: Freight, at: string, bucket: number): Promise<readonly Slice[]> {
    const statement = measureSlices(databaseNameOf(at), freight.table);
    return this.#ask<Slice>(freight, at, statement, { bucket });
  }

  #ask<T>(
    { task, partition }: Freight,
    at: string,
    statement: TaskStatement['statement'],
    more?: StatementParams,
  ) {
    return ask<T>(this.#store, task, { at, statement, params: { ...more, partition } });
  }
}

const sharesOf = (bytes: number): number => Math.max(1, Math.ceil(bytes / LOAD_BYTES));

/** Small slices together, a large one in shares. */
function loadsOf(slices: readonly Slice[]): readonly StatementParams[] {
  const loads: { slices: number[]; bytes: number }[] = [];
  for (const { slice, bytes: text } of slices) {
    const bytes = Number(text);
    const last = loads.at(-1);
    if (last && last.bytes + bytes <= LOAD_BYTES) {
      last.slices.push(slice);
      last.bytes += bytes;
    } else loads.push({ slices: [slice], bytes });
  }
  return loads.flatMap(({ slices, bytes }) => {
    const shares = sharesOf(bytes);
    return Array.from({ length: shares }, (_, share) => ({ slices, shares, share }));
  });
}

const incomplete = ({ name }: MovedTable, partition: string) =>
  new AppError('unavailable', `${name} of ${partition} did not arrive whole; it is brought again.`);
