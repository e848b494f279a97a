import { AppError, messageOf } from '../../../lib/errors/app-error.js';
import { serviceOf } from '../../../lib/store/cell-address.js';
import type { Store } from '../../../lib/store/store.js';
import { isUnreachable } from '../../../lib/store/store-errors.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import type { Lease } from '../locks/lock.js';
import type { AuditLog, Deed } from '../registry/stored/audit-log.js';
import type { RegistryTables } from '../registry/stored/registry-tables.js';
import type { RegistryWriter } from '../registry/stored/registry-writer.js';
import { type CellRecord, stateOf, type TenantRecord, type TenantState } from '../registry/tenant-record.js';
import type { TenantRegistry } from '../registry/tenant-registry.js';
import { clusterParams, deleteTenant } from '../retention/statements.js';
import { sumAmounts } from '../retention/stored.js';
import { type TenantTable, tablesOfTenant } from './tenant-tables.js';

export interface EraserOptions {
  readonly store: Store;
  /** Cluster on which the tables of a cell are made, by the cell's address. */
  readonly clusterOf: (database: string) => string | undefined;
  readonly registry: TenantRegistry;
  readonly tables: RegistryTables;
  readonly writer: RegistryWriter;
  readonly audit: AuditLog;
  readonly logger: Logger;
}

const ACTOR = 'eraser';
const DELETE_BUDGET_MS = 300_000;

/**
 * Erases tenants whose time has come, from every table of their cell. The receipt is in the audit: what there was in each
 * table before, and that nothing was left. A stop in between is taken up by the next run: what is erased already is
 * empty then.
 */
export class Eraser {
  readonly #options: EraserOptions;

  constructor(options: EraserOptions) {
    this.#options = options;
  }

  async run(lease: Lease, signal: AbortSignal): Promise<void> {
    /** Asked once in a run, so that tenants elsewhere need not wait for each of their tenants. */
    const unreachable = new Set<string>();
    for (const { record, cell } of this.#options.registry.allViews()) {
      const isDue = record.status === 'deleting' && record.eraseAtMs <= Date.now();
      if (!isDue || !cell || unreachable.has(serviceOf(cell.database))) continue;
      try {
        await this.#erase(record, cell, lease, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (isUnreachable(error)) unreachable.add(serviceOf(cell.database));
        const { tenantId } = record;
        this.#options.logger.warn(
          { tenantId, reason: messageOf(error), err: error },
          'a tenant is not erased yet',
        );
      }
    }
  }

  /** Rows that a receiver's spool still held when the tenant was erased. */
  async eraseStragglers(
    tenantIds: Iterable<number>,
    cell: CellRecord,
    lease: Lease,
    signal: AbortSignal,
  ): Promise<void> {
    const deleted = this.#options.registry.allViews().filter(({ record }) => record.status === 'deleted');
    const ids = new Set(deleted.map(({ record }) => record.tenantId));
    for (const tenantId of tenantIds)
      if (ids.has(tenantId)) await this.#eraseRows(tenantId, cell, lease, signal);
  }

  async #erase(record: TenantRecord, cell: CellRecord, lease: Lease, signal: AbortSignal): Promise<void> {
    const { writer, tables, logger } = this.#options;
    const { tenantId } = record;
    await this.#eraseRows(tenantId, cell, lease, signal);
    const change = {
      ...{ actor: ACTOR, action: 'erase_tenant', tenantId, expectedVersion: record.version },
      apply: () => erased(record),
    };
    // Before the last word about the tenant, after which nobody would come back to do it.
    await tables.releaseProjects(record.projects, Date.now(), signal);
    await writer.changeTenant(change, signal);
    logger.info({ tenantId }, 'a tenant was erased');
  }

  async #eraseRows(tenantId: number, cell: CellRecord, lease: Lease, signal: AbortSignal): Promise<void> {
    const { store, clusterOf, audit } = this.#options;
    const { database } = cell;
    const before = (await tablesOfTenant(store, cell, tenantId, signal)).filter(({ rows }) => rows > 0);
    const common = { actor: ACTOR, tenantId, cell: cell.name, fence: lease.fence };
    await audit.write(
      before.map((table) => ({ ...common, ...table, action: 'erase_before' }) satisfies Deed),
      signal,
    );
    for (const { table } of before) {
      await lease.verify();
      const target = { table, cluster: clusterOf(database) };
      const options = { database, signal, maxExecutionMs: DELETE_BUDGET_MS, settings: { mutations_sync: 1 } };
      await store.command(deleteTenant(target), { tenantId, ...clusterParams(target) }, options);
    }
    const after = await tablesOfTenant(store, cell, tenantId, signal);
    requireEmpty(tenantId, after);
    const total = sumAmounts(before);
    const reason = `0 rows left in ${after.length} tables; ${total.rows} rows, ${total.bytes} bytes were there`;
    if (before.length > 0) await audit.write([{ ...common, action: 'erase_after', reason }], signal);
  }
}

/** The rest of a mutation, or rows that arrived meanwhile: the next run goes on. */
function requireEmpty(tenantId: number, tables: readonly TenantTable[]): void {
  const left = tables.filter(({ rows }) => rows > 0).map(({ table, rows }) => `${table} ${rows}`);
  if (left.length === 0) return;
  throw new AppError('unavailable', `Rows of tenant ${tenantId} are still there: ${left.join(', ')}.`);
}

function erased(record: TenantRecord): TenantState {
  const gone = {
    status: 'deleted',
    statusReason: 'erased',
    eraseAtMs: 0,

    projects: [],
  } as const;
  return { ...stateOf(record), ...gone, limits: {} };
}
