import { AppError } from '../../../lib/errors/app-error.js';
import type { Statement } from '../../../lib/store/statement.js';
import type { Store } from '../../../lib/store/store.js';
import { CATALOGUE_TABLE, catalogueColumns } from '../derived/catalogue-columns.js';
import type { TableColumns } from '../signals/signal.js';
import { SIGNALS } from '../signals/signals.js';

/** Columns by table that the receiver writes: name to type as `system.columns` spells it. */
const WRITTEN_COLUMNS: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(
  [
    ...Object.values(SIGNALS).flatMap(({ tables }) => Object.entries<TableColumns>(tables)),
    [CATALOGUE_TABLE, catalogueColumns] as const,
  ].map(([table, columns]) => [table, typesOf(columns)]),
);

function typesOf(columns: TableColumns): ReadonlyMap<string, string> {
  return new Map(Object.entries(columns()).map(([name, { type }]) => [name, type]));
}

const READ_COLUMNS: Statement = {
  name: 'receiver_read_columns',
  sql: 'SELECT table, name, type FROM system.columns WHERE database = {database:String} AND table IN {tables:Array(String)}',
};

interface ColumnRow {
  readonly table: string;
  readonly name: string;
  readonly type: string;
}

/**
 * Compares the tables of a cell with what the blocks hold: a column that is missing or of another type would lose or bend
 * data. Rejects with AppError `unavailable` (somebody must migrate) whose message lists every difference.
 */
export async function checkTables(store: Store, database: string, signal?: AbortSignal): Promise<void> {
  const params = { tables: [...WRITTEN_COLUMNS.keys()] };
  const { rows } = await store.query<ColumnRow>(READ_COLUMNS, params, { database, signal });
  const differences = [...WRITTEN_COLUMNS].flatMap(([table, columns]) =>
    differencesOf(
      table,
      columns,
      rows.filter((row) => row.table === table),
    ),
  );
  if (differences.length > 0)
    throw new AppError(
      'unavailable',
      `Database ${database} is not as it must be: ${differences.join('; ')}.`,
    );
}

function differencesOf(
  table: string,
  written: ReadonlyMap<string, string>,
  rows: readonly ColumnRow[],
): string[] {
  if (rows.length === 0) return [`table ${table} does not exist yet`];
  const found = new Map(rows.map(({ name, type }) => [name, type]));
  return [...written].flatMap(([name, type]) => {
    const actual = found.get(name);
    if (actual === type) return [];
    return [actual ? `${table}.${name} is ${actual}, not ${type}` : `${table}.${name} is missing`];
  });
}
