import type { Store } from '../../../../lib/store/store.js';
import type { MovedTable } from './moved-tables.js';
import { selectPartitions } from './statements.js';

/** What a tenant has in one partition of a table. */
export interface TenantPartition {
  readonly table: MovedTable;
  /** Id of the partition. */
  readonly partition: string;
  /** Rows as they are stored: merging may make them fewer. */
  readonly rows: number;
}

export interface PartitionQuestion {
  readonly database: string;
  readonly tables: readonly MovedTable[];
  readonly tenantId: number;
  readonly signal: AbortSignal;
}

const BUDGET_MS = 300_000;

/** In the order of the tables; oldest first. */
export async function tenantPartitions(
  store: Store,
  question: PartitionQuestion,
): Promise<readonly TenantPartition[]> {
  const { database, tables, tenantId, signal } = question;
  if (tables.length === 0) return [];
  const options = { signal, maxExecutionMs: BUDGET_MS };
  type Row = { readonly name: string; readonly partition: string; readonly n: string };
  const { rows } = await store.query<Row>(selectPartitions(database, tables), { tenantId }, options);
  const ordered = rows.toSorted((a, b) => (a.partition < b.partition ? -1 : 1));
  return tables.flatMap((table) =>
    ordered
      .filter(({ name }) => name === table.name)
      .map(({ partition, n }) => ({ table, partition, rows: Number(n) })),
  );
}
