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
  /** Cluster on which the tables of a cell are made, by the cell's address. */
  readonly clusterOf: (database: string) => string | undefined;
  readonly logger: Logger;
}): CellMigrator {
  return {
    migrate: ({ database }, call) =>
      migrate({ ...options, ...call, schema: 'cell', database, cluster: options.clusterOf(database) }),
  };
}
