import { messageOf } from '../../../lib/errors/app-error.js';
import type { Store } from '../../../lib/store/store.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import type { Lease } from '../locks/lock.js';
import type { CellRecord } from '../registry/tenant-record.js';
import type { TenantRegistry } from '../registry/tenant-registry.js';
import { awaitOthers } from './copying/await-others.js';
import type { CopyTask } from './copying/copy-task.js';
import { DerivedCheck } from './copying/derived-check.js';
import { type ClusterOf, Staging } from './copying/staging.js';
import { isOver, type MoveRecord } from './move-record.js';
import type { MovesTable } from './moves-table.js';

export interface DayProofsOptions {
  readonly store: Store;
  readonly clusterOf: ClusterOf;
  readonly registry: TenantRegistry;
  readonly table: MovesTable;
  readonly logger: Logger;
}

const DAY_MS = 86_400_000;
/** Moves that were over before that are not looked at: by then each day of theirs was complete for long. */
const MAX_AGE_MS = 3 * DAY_MS;

/**
 * Checks the derived tables of the days on which a tenant moved, once such a day stands still: no spans came while it was
 * looked at. Proved in this process, a move is not looked at again; after a restart it is once more, which does no harm.
 */
export class DayProofs {
  readonly #options: DayProofsOptions;
  readonly #check: DerivedCheck;
  readonly #proved = new Set<number>();

  constructor(options: DayProofsOptions) {
    this.#options = options;
    const { store, clusterOf } = options;
    this.#check = new DerivedCheck(store, new Staging(store, clusterOf));
  }

  /** Looks once at the moves that are over. */
  async run(lease: Lease, signal: AbortSignal): Promise<void> {
    const { table, registry, logger } = this.#options;
    for (const move of await table.read(signal)) {
      const home = registry.tenant(move.tenantId)?.record.cell;
      const cell = home === undefined ? undefined : registry.cell(home);
      if (!cell || !isOver(move) || this.#proved.has(move.moveId)) continue;
      if (Date.now() - move.stepAtMs > MAX_AGE_MS) continue;
      try {
        if (await this.#prove(move, cell, { lease, signal })) this.#proved.add(move.moveId);
      } catch (error) {
        signal.throwIfAborted();
        const { tenantId } = move;
        logger.warn({ tenantId, reason: messageOf(error) }, 'derived tables were not compared; tried again');
      }
    }
  }

  /** Returns whether all days of the move stood still. */
  async #prove(
    { tenantId, moveId, stepAtMs }: MoveRecord,
    cell: CellRecord,
    { lease, signal }: { readonly lease: Lease; readonly signal: AbortSignal },
  ): Promise<boolean> {
    const task: CopyTask = {
      ...{ tenantId, from: cell, to: cell, fence: lease.fence, signal },
      ...{ verify: () => lease.verify(), onCopied: async () => {} },
    };
    await awaitOthers(this.#options.store, task);
    const firstMs = Math.max(moveId, stepAtMs - MAX_AGE_MS);
    let isProved = true;
    for (let dayMs = firstMs - (firstMs % DAY_MS); dayMs <= stepAtMs; dayMs += DAY_MS) {
      const mended = await this.#check.mend(task, dayMs);
      isProved &&= mended !== undefined;
      if (mended && mended.length > 0)
        this.#options.logger.warn(
          { tenantId, cell: cell.name, tables: mended },
          'derived tables were put right',
        );
    }
    return isProved;
  }
}
