import { databaseNameOf } from '../../../../lib/store/cell-address.js';
import type { Store } from '../../../../lib/store/store.js';
import { ask } from './copy-task.js';
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
  /** Address of the cell. */
  readonly database: string;
  readonly tables: readonly MovedTable[];
  readonly tenantId: number;
  readonly signal: AbortSignal;
}

/** In the order of the tables; oldest first. */
export async function tenantPartitions(
  store: Store,
  question: PartitionQuestion,
): Promise<readonly TenantPartition[]> {
  const { database: at, tables } = question;
  if (tables.length === 0) return [];
  const statement = selectPartitions(databaseNameOf(at), tables);
  type Row = { readonly name: string; readonly partition: string; readonly n: string };
  const rows = await ask<Row>(store, question, { at, statement });
  const ordered = rows.toSorted((a, b) => (a.partition < b.partition ? -1 : 1));
  return tables.flatMap((table) =>
    ordered
      .filter(({ name }) => name === table.name)
      .map(({ partition, n }) => ({ table, partition, rows: Number(n) })),
  );
}
