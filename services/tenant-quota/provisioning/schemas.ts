import { messageOf } from '../../../lib/errors/app-error.js';
import { migrate } from '../../../lib/store/migrate.js';
import type { Store } from '../../../lib/store/store.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import { CONTROL_DATABASE } from '../registry/registry-tables.js';
import type { CellRecord } from '../registry/tenant-record.js';
import { type CellMigrator, DEFAULT_CELL } from './cells.js';

export interface SchemasOptions {
  readonly store: Store;
  readonly cluster: string | undefined;
  readonly cells: CellMigrator;
  readonly logger: Logger;
}

/** Databases that are at the newest schema, each looked at once in the life of the process. */
export class Schemas {
  readonly #options: SchemasOptions;
  readonly #migrated = new Set<string>();

  constructor(options: SchemasOptions) {
    this.#options = options;
  }

  async requireControl(signal: AbortSignal): Promise<void> {
    if (this.#migrated.has(CONTROL_DATABASE)) return;
    const { store, cluster, logger } = this.#options;
    await migrate({ store, cluster, logger, schema: 'control', database: CONTROL_DATABASE, signal });
    this.#migrated.add(CONTROL_DATABASE);
  }

  /** The cells that can take rows. Without the default cell nothing works, so its failure is thrown; another one waits. */
  async requireCells(cells: readonly CellRecord[], signal: AbortSignal): Promise<readonly CellRecord[]> {
    const usable: CellRecord[] = [];
    for (const cell of cells) if (await this.#tryCell(cell, signal)) usable.push(cell);
    return usable;
  }

  /** Throws what keeps the cell from being set up. */
  async requireCell(cell: CellRecord, signal: AbortSignal): Promise<void> {
    if (this.#migrated.has(cell.database)) return;
    await this.#options.cells.migrate(cell, { signal });
    this.#migrated.add(cell.database);
  }

  async #tryCell(cell: CellRecord, signal: AbortSignal): Promise<boolean> {
    try {
      await this.requireCell(cell, signal);
      return true;
    } catch (error) {
      if (cell.name === DEFAULT_CELL.name || signal.aborted) throw error;
      this.#options.logger.error(
        { cell: cell.name, reason: messageOf(error) },
        'a cell cannot be brought to the newest schema; its tenants wait',
      );
      return false;
    }
  }
}
