import { expect } from 'vitest';
import type { Store } from '../../../lib/store/store.js';
import { eventually } from '../otlp-receiver/harness.js';

/** Entries that were made while admissions still named the old cell are in the books of the new one, and nowhere else. */
export async function expectBooksToBalance(
  store: Store,
  { at, left }: { readonly at: string; readonly left: string },
  sent: number,
): Promise<void> {
  const sql = `SELECT sum(ReceivedItems) AS received, sum(StoredItems) AS stored, count() AS n
    FROM {database:Identifier}.ingest_ledger WHERE TenantId = 22`;
  const booksOf = async (database: string) => {
    type Books = { readonly received: string; readonly stored: string; readonly n: string };
    const { rows } = await store.query<Books>({ name: 'test_books', sql }, {}, { database });
    return rows[0];
  };
  const all = String(sent);
  await eventually(async () => (await booksOf(at))?.stored === all);
  expect([(await booksOf(at))?.received, (await booksOf(left))?.n]).toEqual([all, '0']);
}

/** As an insert would that was cut off between a table and its view. */
export async function breakCharts(store: Store, database: string): Promise<void> {
  const sql =
    'ALTER TABLE {database:Identifier}.red_1m DELETE WHERE TenantId = 22 AND toDate(Minute) = today()';
  const options = { database, settings: { mutations_sync: 1 } };
  await store.command({ name: 'test_break', sql }, {}, options);
}

/** Tables that views fill have every span of the day of the move, which no other cell could be compared with. */
export async function expectChartsToAgree(store: Store, database: string): Promise<void> {
  const callsIn = async (expression: string, table: string) => {
    const sql = `SELECT toUInt32(${expression}) AS n FROM {database:Identifier}.${table} WHERE TenantId = 22`;
    const statement = { name: 'test_calls', sql };
    return (await store.query<{ n: number }>(statement, {}, { database })).rows[0]?.n;
  };
  const spans = await callsIn('count()', 'spans');
  await eventually(async () => (await callsIn('sum(Calls)', 'red_1m')) === spans);
}

/** What moves have left beside the cells. */
export async function stagingDatabases(store: Store, cells: readonly string[]): Promise<readonly string[]> {
  const sql = `SELECT name FROM system.databases WHERE startsWith(name, 'gob_move_')`;
  const names: string[] = [];
  for (const database of cells) {
    const { rows } = await store.query<{ name: string }>({ name: 'test_staging', sql }, {}, { database });
    names.push(...rows.map(({ name }) => name));
  }
  return names;
}
