import type { Kv } from '../../lib/kv/kv.js';
import { openKv } from '../../lib/kv/open-kv.js';
import type { Lifecycle } from '../../lib/lifecycle/lifecycle.js';
import type { ServiceContext } from '../../lib/lifecycle/service-main.js';
import type { ClickHouseServices } from '../../lib/store/services/clickhouse-services.js';
import type { Store } from '../../lib/store/store.js';
import type { TenantQuotaConfig } from './config.js';
import type { TenantQuotaContext } from './context.js';
import { KvLocks } from './locks/kv-locks.js';
import { type OpenedMoves, openMoves } from './moves/open-moves.js';
import { createCellMigrator } from './provisioning/cells.js';
import { Eraser } from './provisioning/erase.js';
import { Provisioner } from './provisioning/provision.js';
import { Schemas } from './provisioning/schemas.js';
import { IdentitySeed } from './registry/file/identity-seed.js';
import { RegistryKeeper } from './registry/registry-keeper.js';
import { AuditLog } from './registry/stored/audit-log.js';
import { RegistryTables } from './registry/stored/registry-tables.js';
import { RegistryWriter } from './registry/stored/registry-writer.js';
import { TenantRegistry } from './registry/tenant-registry.js';
import { CellRuns } from './retention/cell-runs.js';
import { RetentionLoop } from './retention/retention-loop.js';
import { RetentionMetrics } from './retention/retention-metrics.js';

export interface PartsOptions {
  readonly config: TenantQuotaConfig;
  readonly context: ServiceContext;
  readonly lifecycle: Lifecycle;
  readonly store: Store;
  readonly services: ClickHouseServices;
  /** What replicas share for their locks. Default: this process's memory, which is right for one replica. */
  readonly kv?: Kv | undefined;
  /** Unix milliseconds, for retention. */
  readonly nowMs: () => number;
  readonly stopping: AbortSignal;
}

/** Opens and starts everything behind the calls. Closed in the reverse order by the lifecycle. */
export async function startParts(options: PartsOptions): Promise<TenantQuotaContext> {
  const { config, context, lifecycle, store, services, nowMs, stopping } = options;
  const { logger, readiness } = context;
  const seed = config.identityFile && (await IdentitySeed.open(config.identityFile, logger));
  if (seed) lifecycle.add('identity file', seed);
  const cluster = config.clickhouseCluster;
  const clusterOf = services.clusterOf.bind(services);
  const registry = new TenantRegistry();
  const tables = new RegistryTables(store);
  const audit = new AuditLog(store);
  const kv = options.kv ?? lifecycle.add('kv', openKv(config, logger));
  const locks = new KvLocks(kv);
  const writer = new RegistryWriter({ tables, locks, audit, logger });
  const cells = createCellMigrator({ store, clusterOf, logger });
  const schemas = new Schemas({ store, cluster, cells, logger });
  const keeper = new RegistryKeeper({
    ...{ tables, writer, schemas, registry, readiness, logger },
    seed: seed || undefined,
  });
  const refresh = (signal: AbortSignal) => keeper.refresh(signal);
  const provisioner = new Provisioner({ registry, writer, keeper, schemas, logger });
  const eraser = new Eraser({ store, clusterOf, registry, tables, writer, audit, logger });
  const metrics = new RetentionMetrics(context.registry);
  const storage = new CellRuns({
    ...{ store, clusterOf, registry, tables, audit, refresh, metrics, logger, nowMs },
    onPresent: eraser.eraseStragglers.bind(eraser),
  });
  const loop = new RetentionLoop({
    ...{ registry, runs: storage, locks, metrics, logger },
    jobs: async (lease, signal) => {
      await provisioner.resume(signal);
      await eraser.run(lease, signal);
    },
    intervalMs: config.retentionIntervalMs,
  });
  const moving: OpenedMoves = openMoves({
    ...{ store, clusterOf, registry, writer, locks, kv, audit, refresh, logger },
    graceMs: config.moveGraceMs,
  });
  keeper.start();
  lifecycle.add('registry keeper', keeper);
  loop.start();
  lifecycle.add('retention loop', loop);
  moving.loop.start();
  lifecycle.add('move loop', moving.loop);
  const { moves, receivers } = moving;
  return {
    ...{
      registry,
      writer,
      keeper,
      audit,
      cells,
      storage,
      provisioner,
      moves,
      receivers,
      store,
      services,
      stopping,
    },
  };
}
