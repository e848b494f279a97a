import { databaseNameOf, isSameService } from '../../../../lib/store/cell-address.js';
import type { Statement, StatementParams } from '../../../../lib/store/statement.js';
import type { StatementSettings, Store } from '../../../../lib/store/store.js';
import type { CellRecord } from '../../registry/tenant-record.js';
import { COPY_SETTINGS } from './statements.js';

/** What goes from which cell to which. */
export interface CopyTask {
  readonly tenantId: number;
  readonly from: CellRecord;
  readonly to: CellRecord;
  /** Number of the lock under which it is done, unlike that of every other holder. */
  readonly fence: number;
  readonly signal: AbortSignal;
  /** Before each deed that changes something. Throws when the lock is lost. */
  readonly verify: () => Promise<void>;
  /** Told of rows as they are copied. */
  readonly onCopied: (rows: number) => Promise<void>;
}

/** A statement about a tenant that is moved. `tenantId` is among its parameters. */
export interface TaskStatement {
  /** Address of a database on the service that runs it. */
  readonly at: string;
  readonly statement: Statement;
  readonly params?: StatementParams;
  readonly settings?: StatementSettings;
}

/** A statement copies an hour of one tenant in one table, or compares a day. */
export const BUDGET_MS = 300_000;

export async function ask<T>(
  store: Store,
  task: Pick<CopyTask, 'tenantId' | 'signal'>,
  { at, statement, params }: TaskStatement,
): Promise<readonly T[]> {
  const options = { database: at, signal: task.signal, maxExecutionMs: BUDGET_MS };
  const { rows } = await store.query<T>(statement, { ...params, tenantId: task.tenantId }, options);
  return rows;
}

/** Runs what changes something, while the lock is held. */
export async function change(
  store: Store,
  task: Pick<CopyTask, 'tenantId' | 'signal' | 'verify'>,
  { at, statement, params, settings = COPY_SETTINGS }: TaskStatement,
): Promise<void> {
  await task.verify();
  const options = { database: at, signal: task.signal, maxExecutionMs: BUDGET_MS, settings };
  await store.command(statement, { ...params, tenantId: task.tenantId }, options);
}

/** A database of each service that a task works on; one where both cells are on the same. */
export function placesOf({ from, to }: CopyTask): readonly string[] {
  return isSameService(from.database, to.database) ? [to.database] : [from.database, to.database];
}

/** Names of the cells' databases as their services know them. */
export const namesOf = ({ from, to }: CopyTask) => ({
  from: databaseNameOf(from.database),
  to: databaseNameOf(to.database),
});
