import { messageOf } from '../../../lib/errors/app-error.js';
import { databaseNameOf } from '../../../lib/store/cell-address.js';
import type { Store } from '../../../lib/store/store.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import type { Lease } from '../locks/lock.js';
import type { CellRecord } from '../registry/tenant-record.js';
import type { TenantRegistry } from '../registry/tenant-registry.js';
import { movedTables } from './copying/moved-tables.js';
import { selectTenants } from './copying/statements.js';
import { isOver, type MoveRecord } from './move-record.js';
import type { Moves } from './moves.js';
import type { MovesTable } from './moves-table.js';

export interface StraysOptions {
  readonly store: Store;
  readonly registry: TenantRegistry;
  readonly table: MovesTable;
  readonly moves: Pick<Moves, 'exclusively'>;
  readonly logger: Logger;
}

interface Turn {
  readonly lease: Lease;
  readonly signal: AbortSignal;
}

const BUDGET_MS = 60_000;

/**
 * A receiver that was down with a full spool while a tenant moved brings those rows to the cell it knew when it is back, maybe days
 * after the move was over. They were acknowledged, so they must be shown: that cell is cleaned, which copies before it deletes.
 */
export class Strays {
  readonly #options: StraysOptions;

  constructor(options: StraysOptions) {
    this.#options = options;
  }

  /**
   * Looks once at every cell, for tenants that have ever moved and are at home elsewhere: a cell that they have left, one that
   * they passed through, and one that a move to was taken back.
   */
  async reopen(lease: Lease, signal: AbortSignal): Promise<void> {
    const { registry, table, logger } = this.#options;
    const moved = (await table.read(signal)).filter((move) => isOver(move) && registry.tenant(move.tenantId));
    for (const cell of registry.cells) {
      const away = moved.filter(({ tenantId }) => this.#homeOf(tenantId) !== cell.name);
      try {
        for (const tenantId of await this.#present(cell, away, signal))
          await this.#clean(tenantId, cell, { lease, signal });
      } catch (error) {
        signal.throwIfAborted();
        logger.warn({ cell: cell.name, reason: messageOf(error) }, 'a cell was not looked at for strays');
      }
    }
  }

  #homeOf(tenantId: number): string | undefined {
    return this.#options.registry.tenant(tenantId)?.record.cell;
  }

  async #present(
    cell: CellRecord,
    away: readonly MoveRecord[],
    signal: AbortSignal,
  ): Promise<readonly number[]> {
    if (away.length === 0) return [];
    const { store } = this.#options;
    const { database } = cell;
    const tables = await movedTables(store, cell, signal);
    const statement = selectTenants(databaseNameOf(database), tables);
    const params = { tenants: away.map(({ tenantId }) => tenantId) };
    const options = { database, signal, maxExecutionMs: BUDGET_MS };
    const { rows } = await store.query<{ tenantId: number }>(statement, params, options);
    return rows.map(({ tenantId }) => tenantId);
  }

  /** Unless somebody has asked for a move meanwhile, which comes first. */
  #clean(tenantId: number, cell: CellRecord, { lease, signal }: Turn): Promise<void> {
    const { table, moves, logger } = this.#options;
    return moves.exclusively(signal, async () => {
      const [last] = await table.read(signal, tenantId);
      const home = this.#homeOf(tenantId);
      if (!last || !isOver(last) || home === undefined || home === cell.name) return;
      await lease.verify();
      await table.write(cleaning(last, { fromCell: cell.name, toCell: home }, lease.fence), signal);
      logger.warn(
        { tenantId, fromCell: cell.name },
        'rows came to a cell that their tenant is not in; they are brought over',
      );
    });
  }
}

/** The same move once more, or one of its own when the last one was another way. */
function cleaning(last: MoveRecord, way: Pick<MoveRecord, 'fromCell' | 'toCell'>, fence: number): MoveRecord {
  const nowMs = Date.now();
  const isSame = last.step === 'done' && last.fromCell === way.fromCell && last.toCell === way.toCell;
  const begun = {
    moveId: Math.max(nowMs, last.moveId + 1),
    ...{ rowsTotal: 0, rowsCopied: 0, actor: 'mover', isAbortAsked: false },
  };
  return {
    ...{ ...last, ...(isSame ? {} : begun), ...way },
    ...{ step: 'cleaning', stepAtMs: nowMs, lastError: '', rank: Math.max(fence, last.rank) + 1 },
  };
}
