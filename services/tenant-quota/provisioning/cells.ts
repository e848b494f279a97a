import { type MigrationReport, migrate } from '../../../lib/store/migrate.js';
import type { Store } from '../../../lib/store/store.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import type { CellRecord } from '../registry/tenant-record.js';

/** The cell that tenants share unless they were given one of their own. */
export const DEFAULT_CELL: CellRecord = {
  ...{ name: 'default', database: 'gob_cell_default', dedicatedTenantId: 0, version: 1 },
};

export interface CellMigrator {
  /** Brings a cell's database to the newest schema; one query when it is there already. */
  migrate(cell: CellRecord, options: { signal: AbortSignal; dryRun?: boolean }): Promise<MigrationReport>;
}

export function createCellMigrator(options: {
  readonly store: Store;
  readonly cluster: string | undefined;
  readonly logger: Logger;
}): CellMigrator {
  return {
    migrate: (cell, call) => migrate({ ...options, ...call, schema: 'cell', database: cell.database }),
  };
}
