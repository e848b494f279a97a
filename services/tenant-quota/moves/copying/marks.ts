import { databaseNameOf } from '../../../../lib/store/cell-address.js';
import type { Store } from '../../../../lib/store/store.js';
import type { CellRecord } from '../../registry/tenant-record.js';
import { ask, type CopyTask } from './copy-task.js';
import { SELECT_MARKS } from './statements.js';

/** The last block of each partition of a cell, by `table partition`. */
export type Marks = ReadonlyMap<string, string>;

export async function marksOf(
  store: Store,
  { database: at }: CellRecord,
  task: Pick<CopyTask, 'tenantId' | 'signal'>,
): Promise<Marks> {
  type Row = { readonly table: string; readonly partition: string; readonly mark: string };
  const params = { cell: databaseNameOf(at) };
  const rows = await ask<Row>(store, task, { at, statement: SELECT_MARKS, params });
  return new Map(rows.map(({ table, partition, mark }) => [`${table} ${partition}`, mark]));
}
