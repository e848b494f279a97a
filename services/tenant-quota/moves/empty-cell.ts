import type { Store } from '../../../lib/store/store.js';
import type { Lease } from '../locks/lock.js';
import { tablesOfTenant } from '../provisioning/tenant-tables.js';
import type { AuditLog } from '../registry/audit-log.js';
import type { CellRecord } from '../registry/tenant-record.js';
import { clusterParams, deleteTenant } from '../retention/statements.js';

export interface EmptyCellOptions {
  readonly store: Store;
  readonly cluster: string | undefined;
  readonly audit: AuditLog;
}

const DELETE_BUDGET_MS = 300_000;

/** Deletes every row of the tenant in one cell, table by table; what is to be deleted is in the audit log before. */
export async function emptyCell(
  { store, cluster, audit }: EmptyCellOptions,
  cell: CellRecord,
  { tenantId, signal, lease }: { tenantId: number; signal: AbortSignal; lease: Lease },
): Promise<void> {
  const there = (await tablesOfTenant(store, cell, tenantId, signal)).filter(({ rows }) => rows > 0);
  const common = { actor: 'mover', action: 'move_delete', tenantId, cell: cell.name, fence: lease.fence };
  await audit.write(
    there.map((table) => ({ ...common, ...table })),
    signal,
  );
  for (const { table } of there) {
    await lease.verify();
    const target = { table, cluster };
    const options = {
      database: cell.database,
      signal,
      maxExecutionMs: DELETE_BUDGET_MS,
      settings: { mutations_sync: 1 },
    };
    await store.command(deleteTenant(target), { tenantId, ...clusterParams(target) }, options);
  }
}
