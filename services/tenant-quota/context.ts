import type { ClickHouseServices } from '../../lib/store/services/clickhouse-services.js';
import type { Store } from '../../lib/store/store.js';
import type { Moves } from './moves/moves.js';
import type { Receivers } from './moves/receivers.js';
import type { CellMigrator } from './provisioning/cells.js';
import type { Provisioner } from './provisioning/provision.js';
import type { RegistryKeeper } from './registry/registry-keeper.js';
import type { AuditLog } from './registry/stored/audit-log.js';
import type { RegistryWriter } from './registry/stored/registry-writer.js';
import type { TenantRegistry } from './registry/tenant-registry.js';
import type { CellRuns } from './retention/cell-runs.js';

/** What the calls need. */
export interface TenantQuotaContext {
  readonly registry: TenantRegistry;
  readonly writer: RegistryWriter;
  readonly keeper: Pick<RegistryKeeper, 'refresh'>;
  readonly audit: AuditLog;
  readonly cells: CellMigrator;
  /** What is stored, and what would be dropped. */
  readonly storage: Pick<CellRuns, 'bytesOf' | 'plan'>;
  readonly provisioner: Provisioner;
  readonly moves: Moves;
  readonly receivers: Receivers;
  readonly store: Store;
  /** The ClickHouse services that cells can be on. */
  readonly services: Pick<ClickHouseServices, 'names' | 'has'>;
  /** Ends when the service stops, so that streams end with it. */
  readonly stopping: AbortSignal;
}
