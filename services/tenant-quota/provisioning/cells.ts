import { migrate } from '../../../lib/store/migrate.js';
import type { Store } from '../../../lib/store/store.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import type { CellRecord } from '../registry/tenant-record.js';

/** The cell that tenants share unless they were given one of their own. */
export const DEFAULT_CELL: CellRecord = { name: 'default', database: 'gob_cell_default' };

export interface CellMigrator {
  /** Brings a cell's database to the newest schema; one query when it is there already. */
  migrate(cell: CellRecord, signal: AbortSignal): Promise<void>;
}

export function createCellMigrator(options: {
  readonly store: Store;
  readonly cluster: string | undefined;
  readonly logger: Logger;
}): CellMigrator {
  return {
    async migrate(cell, signal) {
      await migrate({ ...options, schema: 'cell', database: cell.database, signal });
    },
  };
}
