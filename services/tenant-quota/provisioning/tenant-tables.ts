import { quoteIdentifier, type Statement } from '../../../lib/store/statement.js';
import type { Store } from '../../../lib/store/store.js';
import type { CellRecord } from '../registry/tenant-record.js';
import type { Amount } from '../retention/stored.js';

export interface TenantTable extends Amount {
  readonly table: string;
}

const SELECT_TABLES: Statement = {
  name: 'tenant_tables',
  sql: `SELECT name AS table FROM system.tables WHERE database = {database:String} AND engine LIKE '%MergeTree'
  AND name IN (SELECT table FROM system.columns WHERE database = {database:String} AND name = 'TenantId') ORDER BY table`,
};
const COUNT_BUDGET_MS = 60_000;

/** Every table of a cell that holds rows of tenants, with what one tenant has there now; by name, empty ones included. */
export async function tablesOfTenant(
  store: Store,
  cell: CellRecord,
  tenantId: number,
  signal: AbortSignal,
): Promise<TenantTable[]> {
  const { database } = cell;
  const { rows: tables } = await store.query<{ table: string }>(SELECT_TABLES, {}, { database, signal });
  const found: TenantTable[] = [];
  for (const { table } of tables) {
    const params = { tenantId, table };
    const options = { database, signal, maxExecutionMs: COUNT_BUDGET_MS };
    const { rows } = await store.query<Counted>(countOf(table), params, options);
    found.push({ table, rows: Number(rows[0]?.n ?? 0), bytes: Number(rows[0]?.bytes ?? 0) });
  }
  return found;
}

interface Counted {
  readonly n: string;
  readonly bytes: number;
}

/** A part's bytes are shared out by rows. */
function countOf(table: string): Statement {
  return {
    name: 'tenant_table_count',
    sql: `SELECT sum(counted) AS n, round(sum(counted * bytesPerRow)) AS bytes FROM (
  SELECT _part AS part, count() AS counted FROM {database:Identifier}.${quoteIdentifier(table)}
  WHERE TenantId = {tenantId:UInt32} GROUP BY part
) AS counts ANY LEFT JOIN (
  SELECT name AS part, bytes_on_disk / greatest(rows, 1) AS bytesPerRow FROM system.parts
  WHERE database = {database:String} AND table = {table:String} AND active
) AS parts USING part`,
  };
}
