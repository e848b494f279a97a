import type { Store } from '../../../lib/store/store.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import type { Lease } from '../locks/lock.js';
import { tablesOfTenant } from '../provisioning/tenant-tables.js';
import type { TenantRegistry } from '../registry/tenant-registry.js';
import type { MoveRecord } from './move-record.js';
import type { MovesTable } from './moves-table.js';

export interface StraysOptions {
  readonly store: Store;
  readonly registry: TenantRegistry;
  readonly table: MovesTable;
  readonly logger: Logger;
}

/**
 * A receiver that was down with a full spool while a tenant moved brings those rows to the old cell when it is back, maybe days after the
 * move was over. They were acknowledged, so they must be shown: the move's cleaning begins anew, which copies before it deletes.
 */
export class Strays {
  readonly #options: StraysOptions;

  constructor(options: StraysOptions) {
    this.#options = options;
  }

  /** Looks once at the old cells of all moves that are done. */
  async reopen(lease: Lease, signal: AbortSignal): Promise<void> {
    for (const move of await this.#options.table.read(signal))
      if (await this.#hasStrays(move, signal)) await this.#cleanAgain(move, lease, signal);
  }

  async #hasStrays(move: MoveRecord, signal: AbortSignal): Promise<boolean> {
    const { store, registry } = this.#options;
    const tenant = registry.tenant(move.tenantId);
    const cell = registry.cell(move.fromCell);
    if (move.step !== 'done' || !cell || tenant?.record.cell !== move.toCell) return false;
    const tables = await tablesOfTenant(store, cell, move.tenantId, signal);
    return tables.some(({ rows }) => rows > 0);
  }

  async #cleanAgain(move: MoveRecord, lease: Lease, signal: AbortSignal): Promise<void> {
    const { table, logger } = this.#options;
    const { tenantId, fromCell } = move;
    await lease.verify();
    const rank = Math.max(lease.fence, move.rank) + 1;
    await table.write({ ...move, step: 'cleaning', stepAtMs: Date.now(), rank }, signal);
    logger.warn(
      { tenantId, fromCell },
      'rows came to a cell after their tenant had left it; they are brought over',
    );
  }
}
