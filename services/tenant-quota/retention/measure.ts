import type { Statement } from '../../../lib/store/statement.js';
import { quoteIdentifier } from '../../../lib/store/statement.js';
import type { Store } from '../../../lib/store/store.js';
import type { CellRecord } from '../registry/tenant-record.js';
import { dayOfPartition } from './days.js';
import { type Amount, type StoredDay, signalOfTable } from './stored.js';

interface PartRow {
  readonly table: string;
  readonly name: string;
  readonly partitionId: string;
  readonly rows: string;
  readonly bytes: string;
  readonly hash: string;
}

interface CountRow {
  readonly part: string;
  readonly tenantIds: readonly number[];
  readonly counts: readonly string[];
}

/** Rows of a part by tenant, in two columns: a map per part would be several times the size. */
interface PartContent {
  readonly tenantIds: Uint32Array;
  readonly rows: Float64Array;
}

/** Active parts of every table that has a tenant in it. */
const SELECT_PARTS: Statement = {
  name: 'retention_parts',
  sql: `SELECT table, name, partition_id AS partitionId, rows, bytes_on_disk AS bytes, hash_of_all_files AS hash
FROM system.parts WHERE database = {database:String} AND active
  AND table IN (SELECT table FROM system.columns WHERE database = {database:String} AND name = 'TenantId')`,
};

/** The answer is one row per tenant and part, and must stay small. */
const PARTS_PER_COUNT = 50;
const COUNT_BUDGET_MS = 60_000;

/**
 * Measures what each tenant stores in a cell, by table and day. Parts never change, so each one is counted once, by the hash of
 * its contents: a minute costs what was inserted and merged in it, not what is stored. A part's bytes are shared out by rows;
 * rows that were deleted, but are not merged away yet, are nobody's.
 */
export class CellMeter {
  readonly #store: Store;
  readonly #database: string;
  #contents = new Map<string, PartContent>();

  constructor(store: Store, cell: CellRecord) {
    this.#store = store;
    this.#database = cell.database;
  }

  /** Parts whose contents are remembered. */
  get knownParts(): number {
    return this.#contents.size;
  }

  /** Tables that are cut by day. */
  async measure(signal: AbortSignal): Promise<StoredDay[]> {
    const parts = await this.#activeParts(signal);
    const contents = await this.#contentsOf(parts, signal);
    return collect(parts, contents, await this.#vanished(parts, contents, signal));
  }

  async #activeParts(signal: AbortSignal): Promise<readonly PartRow[]> {
    const options = { database: this.#database, signal };
    const { rows } = await this.#store.query<PartRow>(SELECT_PARTS, {}, options);
    return rows.filter(({ partitionId }) => dayOfPartition(partitionId) !== undefined);
  }

  /** A part that counts as empty either is, all its rows being deleted, or was merged away before it could be counted. */
  async #vanished(
    parts: readonly PartRow[],
    contents: ReadonlyMap<string, PartContent>,
    signal: AbortSignal,
  ): Promise<ReadonlySet<PartRow>> {
    const empty = parts.filter((part) => !contents.has(keyOf(part)));
    if (empty.length === 0) return new Set();
    const active = new Set((await this.#activeParts(signal)).map(({ table, name }) => `${table} ${name}`));
    return new Set(empty.filter(({ table, name }) => !active.has(`${table} ${name}`)));
  }

  async #contentsOf(
    parts: readonly PartRow[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, PartContent>> {
    const contents = new Map<string, PartContent>();
    const unknown: PartRow[] = [];
    for (const part of parts) {
      const known = this.#contents.get(keyOf(part));
      if (known) contents.set(keyOf(part), known);
      else unknown.push(part);
    }
    // Remembered before it is complete, so that a count that fails half way is not lost.
    this.#contents = contents;
    for (const table of new Set(unknown.map((part) => part.table))) {
      const ofTable = unknown.filter((part) => part.table === table);
      for (let from = 0; from < ofTable.length; from += PARTS_PER_COUNT)
        await this.#count(ofTable.slice(from, from + PARTS_PER_COUNT), contents, signal);
    }
    return contents;
  }

  async #count(
    parts: readonly PartRow[],
    contents: Map<string, PartContent>,
    signal: AbortSignal,
  ): Promise<void> {
    const byName = new Map(parts.map((part) => [part.name, part]));
    const statement = countStatement(parts[0]?.table ?? '');
    const options = { database: this.#database, signal, maxExecutionMs: COUNT_BUDGET_MS };
    const { rows } = await this.#store.query<CountRow>(statement, { parts: [...byName.keys()] }, options);
    for (const row of rows) {
      const part = byName.get(row.part);
      if (part)
        contents.set(keyOf(part), {
          tenantIds: Uint32Array.from(row.tenantIds),
          rows: Float64Array.from(row.counts, Number),
        });
    }
  }
}

const keyOf = ({ table, hash }: PartRow): string => `${table} ${hash}`;

function countStatement(table: string): Statement {
  const target = `{database:Identifier}.${quoteIdentifier(table)}`;
  return {
    name: 'retention_count',
    sql: `SELECT part, groupArray(tenantId) AS tenantIds, groupArray(n) AS counts FROM (
  SELECT _part AS part, TenantId AS tenantId, count() AS n FROM ${target} WHERE _part IN {parts:Array(String)} GROUP BY part, tenantId
) GROUP BY part`,
  };
}

interface OpenDay {
  physicalRows: number;
  isComplete: boolean;
  readonly tenants: Map<number, Amount>;
  readonly part: PartRow;
}

function collect(
  parts: readonly PartRow[],
  contents: ReadonlyMap<string, PartContent>,
  vanished: ReadonlySet<PartRow>,
): StoredDay[] {
  const days = new Map<string, OpenDay>();
  for (const part of parts) {
    const key = `${part.table} ${part.partitionId}`;
    const day = days.get(key) ?? { physicalRows: 0, isComplete: true, tenants: new Map(), part };
    days.set(key, day);
    if (vanished.has(part)) day.isComplete = false;
    day.physicalRows += Number(part.rows);
    addPart(day.tenants, part, contents.get(keyOf(part)));
  }
  return [...days.values()].map(({ physicalRows, isComplete, tenants, part }) => ({
    table: part.table,
    signal: signalOfTable(part.table),
    day: dayOfPartition(part.partitionId) ?? 0,
    ...{ tenants, physicalRows, isComplete },
  }));
}

function addPart(tenants: Map<number, Amount>, part: PartRow, content: PartContent | undefined): void {
  const bytesPerRow = Number(part.bytes) / Math.max(1, Number(part.rows));
  content?.tenantIds.forEach((tenantId, index) => {
    const rows = content.rows[index] ?? 0;
    const before = tenants.get(tenantId);
    tenants.set(tenantId, {
      rows: (before?.rows ?? 0) + rows,
      bytes: (before?.bytes ?? 0) + rows * bytesPerRow,
    });
  });
}
