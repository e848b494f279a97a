import { AppError } from '../../../../lib/errors/app-error.js';
import { databaseNameOf } from '../../../../lib/store/cell-address.js';
import { quoteColumn, type Statement } from '../../../../lib/store/statement.js';
import type { Store } from '../../../../lib/store/store.js';
import type { CellRecord } from '../../registry/tenant-record.js';

/**
 * What a table's rows are. `rows`: each by itself. `keyed`: the newest of each key. `sums`: added up by key, so that a row must
 * not come twice. `derived`: written by a view over another table, also when that one is copied into.
 */
export type TableKind = 'rows' | 'keyed' | 'sums' | 'derived';

/** A table of a cell with rows of tenants, and what statements about it are made of. */
export interface MovedTable {
  readonly name: string;
  readonly kind: TableKind;
  /** Of a `derived` table: what its view selects, and the table that it reads. */
  readonly definition: string;
  readonly source: string;
  /** Stored columns in their order. */
  readonly columnNames: readonly string[];
  /** The same, quoted. */
  readonly columns: string;
  /** The same for comparing: sets, whose order is chance, are put in order. */
  readonly comparable: string;
  /** What a row of a `keyed` table is told apart by, and by what it is the newest. */
  readonly key: string;
  readonly version: string;
  /** Of a table of `sums`, quoted: what is added up by key. */
  readonly amounts: readonly string[];
  /** Cuts a partition into what one statement copies. */
  readonly bucket: string;
  /** Cuts a bucket into what is looked at on its own before it goes to another service. */
  readonly slice: string;
}

interface TableRow {
  readonly name: string;
  readonly engine: string;
  readonly engineFull: string;
  readonly sortingKey: string;
  readonly columns: readonly string[];
  readonly types: readonly string[];
  /** Of the view that fills it; empty when none does. */
  readonly definition: string;
}

const SUMMED = /^(UInt64|SimpleAggregateFunction\(sum, UInt64\))$/;

/** A view `x_mv` fills the table `x`: so they are all named. */
const SELECT_TABLES: Statement = {
  name: 'move_tables',
  sql: `SELECT name, engine, engine_full AS engineFull, sorting_key AS sortingKey, columns, types, definition
FROM (SELECT name, engine, engine_full, sorting_key FROM system.tables WHERE database = {cell:String} AND engine LIKE '%MergeTree') AS tables
INNER JOIN (
  SELECT table, groupArray(name) AS columns, groupArray(type) AS types FROM (
    SELECT table, name, type FROM system.columns WHERE database = {cell:String} AND default_kind IN ('', 'DEFAULT') ORDER BY table, position
  ) GROUP BY table HAVING has(columns, 'TenantId')
) AS columns ON tables.name = columns.table
LEFT JOIN (
  SELECT name AS view, as_select AS definition FROM system.tables WHERE database = {cell:String} AND engine = 'MaterializedView'
) AS views ON views.view = concat(tables.name, '_mv') ORDER BY name`,
};

/** Every table of a cell that holds rows of tenants, by name. */
export async function movedTables(
  store: Store,
  cell: CellRecord,
  signal: AbortSignal,
): Promise<readonly MovedTable[]> {
  const { database } = cell;
  const params = { cell: databaseNameOf(database) };
  const { rows } = await store.query<TableRow>(SELECT_TABLES, params, { database, signal });
  return rows.map(describe);
}

function describe(row: TableRow): MovedTable {
  const { name, sortingKey, engineFull, columns, types, definition } = row;
  const comparable = columns.map((column, index) =>
    types[index]?.includes('groupUniqArray') ? `arraySort(${quoteColumn(column)})` : quoteColumn(column),
  );
  const version = /ReplacingMergeTree\([^()]*?(\w+)\)/.exec(engineFull)?.[1];
  const hasTime = columns.includes('Timestamp');
  const kind = kindOf(row);
  return {
    ...{ name, kind, definition },
    source: /\bFROM `?\w+`?\.`?(\w+)/.exec(definition)?.[1] ?? '',
    amounts: kind === 'sums' ? amountsOf(row) : [],
    columnNames: columns,
    columns: columns.map(quoteColumn).join(', '),
    comparable: comparable.join(', '),
    key: sortingKey,
    version: version === undefined ? '0' : quoteColumn(version),
    bucket: hasTime ? 'toUnixTimestamp(toStartOfHour(Timestamp))' : 'toUInt32(0)',
    slice: hasTime ? 'toUnixTimestamp(toStartOfMinute(Timestamp))' : 'toUInt32(0)',
  };
}

/** They are handed over by taking them from one cell and adding them to the other, which only whole numbers stand. */
function amountsOf({ name, sortingKey, columns, types }: TableRow): readonly string[] {
  const key = new Set(sortingKey.split(', '));
  const amounts = columns.filter((column) => !key.has(column));
  const wrong = amounts.filter((column) => !SUMMED.test(types[columns.indexOf(column)] ?? ''));
  if (wrong.length === 0) return amounts.map(quoteColumn);
  const cause = new Error(`${name}: ${wrong.join(', ')} cannot be handed over`);
  throw new AppError('internal', 'Internal error.', { cause });
}

function kindOf({ engine, definition }: TableRow): TableKind {
  if (definition !== '') return 'derived';
  if (engine.endsWith('ReplacingMergeTree')) return 'keyed';
  return /(Aggregating|Summing)MergeTree$/.test(engine) ? 'sums' : 'rows';
}
