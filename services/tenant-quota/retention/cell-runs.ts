import { serviceOf } from '../../../lib/store/cell-address.js';
import type { Store } from '../../../lib/store/store.js';
import { isUnreachable } from '../../../lib/store/store-errors.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import type { Lease } from '../locks/lock.js';
import type { Eraser } from '../provisioning/erase.js';
import { groupBy } from '../registry/group-by.js';
import type { AuditLog, Deed } from '../registry/stored/audit-log.js';
import type { RegistryTables } from '../registry/stored/registry-tables.js';
import type { CellRecord, RankedState } from '../registry/tenant-record.js';
import type { TenantRegistry, TenantView } from '../registry/tenant-registry.js';
import { RetentionExecutor } from './execute.js';
import { CellMeter } from './measure.js';
import { planRetention, type RetentionPlan } from './plan.js';
import { policyMark, policyOf, viewsOfCell } from './policies.js';
import type { CellAges, RetentionMetrics } from './retention-metrics.js';
import { isNews, nextState } from './storage-states.js';
import type { StoredDay } from './stored.js';

export interface CellRunsOptions {
  readonly store: Store;
  /** Cluster on which the tables of a cell are made, by the cell's address. */
  readonly clusterOf: (database: string) => string | undefined;
  readonly registry: TenantRegistry;
  readonly tables: RegistryTables;
  readonly audit: AuditLog;
  /** Called with everybody who has rows in a cell. */
  readonly onPresent: Eraser['eraseStragglers'];
  /** Makes written states visible. */
  readonly refresh: (signal: AbortSignal) => Promise<void>;
  readonly metrics: RetentionMetrics;
  readonly logger: Logger;
  /** Unix milliseconds. */
  readonly nowMs: () => number;
}

export interface CellPlan extends RetentionPlan {
  readonly cell: CellRecord;
  readonly stored: readonly StoredDay[];
  readonly views: readonly TenantView[];
}

/** One look at every cell: measure, decide, tell the registry, drop. */
export class CellRuns {
  readonly #options: CellRunsOptions;
  readonly #executor: RetentionExecutor;
  readonly #meters = new Map<string, CellMeter>();
  readonly #bytes = new Map<number, number>();
  #states = 0;

  constructor(options: CellRunsOptions) {
    this.#options = options;
    this.#executor = new RetentionExecutor(options);
  }

  /** Compressed bytes of a tenant as last measured here; undefined when this process has not measured. */
  bytesOf(tenantId: number): number | undefined {
    return this.#bytes.get(tenantId);
  }

  async run(lease: Lease, signal: AbortSignal): Promise<void> {
    const { registry, metrics, nowMs } = this.#options;
    const byService = groupBy(registry.cells, ({ database }) => serviceOf(database));
    const runs = await Promise.all(
      [...byService.values()].map((cells) => this.#runCells(cells, lease, signal)),
    );
    metrics.ages(
      runs.flatMap(({ ages }) => ages),
      nowMs(),
    );
    const [failure] = runs.flatMap(({ failures }) => failures);
    if (failure !== undefined) throw failure;
  }

  /** The cells of one service, one after the other. Tenants on another service wait for none of them. */
  async #runCells(cells: readonly CellRecord[], lease: Lease, signal: AbortSignal) {
    const ages: CellAges[] = [];
    const failures: unknown[] = [];
    for (const cell of cells) {
      try {
        ages.push(await this.#runCell(cell, lease, signal));
      } catch (error) {
        signal.throwIfAborted();
        failures.push(error);
        if (isUnreachable(error)) break;
      }
    }
    return { ages, failures };
  }

  async #runCell(cell: CellRecord, lease: Lease, signal: AbortSignal): Promise<CellAges> {
    const { registry, metrics, onPresent } = this.#options;
    const plan = await this.plan(cell, signal);
    await this.#tell(plan, lease, signal);
    metrics.stages(countStages(registry));
    await this.#carryOut(plan, lease, signal);
    const present = new Set(plan.stored.flatMap(({ tenants }) => [...tenants.keys()]));
    await onPresent(present, cell, lease, signal);
    const isChanged = plan.steps.length > 0;
    const stored = isChanged ? await this.#meterOf(cell).measure(signal) : plan.stored;
    return { stored, policies: plan.views.map(policyOf) };
  }

  /** What would be done in a cell now. Changes nothing. */
  async plan(cell: CellRecord, signal: AbortSignal): Promise<CellPlan> {
    const { registry, nowMs } = this.#options;
    const stored = await this.#meterOf(cell).measure(signal);
    const views = viewsOfCell(registry, cell);
    const plan = planRetention(stored, views.map(policyOf), nowMs());
    for (const { tenantId, bytes } of plan.outcomes) this.#bytes.set(tenantId, bytes);
    return { ...plan, cell, stored, views };
  }

  #meterOf(cell: CellRecord): CellMeter {
    const known = this.#meters.get(cell.name) ?? new CellMeter(this.#options.store, cell);
    this.#meters.set(cell.name, known);
    return known;
  }

  /** Before anything is dropped: from here on receivers refuse what would be dropped again. */
  async #tell({ views, outcomes }: CellPlan, lease: Lease, signal: AbortSignal): Promise<void> {
    const byId = new Map(outcomes.map((outcome) => [outcome.tenantId, outcome]));
    const states: RankedState[] = [];
    const deeds: Deed[] = [];
    for (const view of views) {
      const outcome = byId.get(view.record.tenantId);
      if (!outcome) continue;
      const next = nextState(view, outcome);
      if (!isNews(view.state, next)) continue;
      states.push({ ...next, rank: lease.fence + this.#states, version: Date.now() });
      deeds.push(...deedsOf(view, { ...next, bytes: outcome.bytes }, lease));
      if (next.stage === 'soft' && view.state?.stage !== 'soft') this.#options.metrics.softReached();
    }
    if (states.length === 0) return;
    this.#states += 1;
    await lease.verify();
    await this.#options.audit.write(deeds, signal);
    await this.#options.tables.writeStates(states, signal);
    await this.#options.refresh(signal);
  }

  async #carryOut(plan: CellPlan, lease: Lease, signal: AbortSignal): Promise<void> {
    const { cell, steps, stored, views } = plan;
    const { registry, metrics, logger, nowMs } = this.#options;
    const planned = policyMark(views);
    const context = {
      ...{ cell, lease, signal },
      isStillWanted: () => policyMark(viewsOfCell(registry, cell)) === planned,
      onDone: metrics.dropped.bind(metrics),
    };
    const isDone = await this.#executor.execute(steps, context);
    if (steps.length > 0)
      logger.info({ cell: cell.name, steps: steps.length, isDone }, 'rows were dropped as their policy says');
    if (isDone) await this.#executor.reclaim(stored, nowMs(), context);
  }
}

type Decided = Omit<RankedState, 'rank' | 'version'> & { readonly bytes: number };

function deedsOf(view: TenantView, next: Decided, { fence }: Lease): Deed[] {
  const { bytes } = next;
  const common = { actor: 'retention loop', tenantId: view.record.tenantId, fence, bytes };
  const before = view.state?.stage ?? 'ok';
  const wasStopped = (view.state?.ingestStopReason ?? '') !== '';
  const isStopped = next.ingestStopReason !== '';
  return [
    ...(before === next.stage
      ? []
      : [{ ...common, action: `storage_${next.stage}`, reason: stageReason(view, next) }]),
    ...(isStopped && !wasStopped
      ? [{ ...common, action: 'stop_ingest', reason: next.ingestStopReason }]
      : []),
    ...(!isStopped && wasStopped ? [{ ...common, action: 'resume_ingest', reason: 'there is room' }] : []),
  ];
}

/** Bytes are those that are left when the days that have to go are gone. */
function stageReason({ record, limits }: TenantView, { bytes, stage }: Decided): string {
  const share = Math.round((100 * bytes) / limits.storageBytes);
  const stored = `stores ${Math.round(bytes)} bytes, ${share} % of its quota of ${limits.storageBytes} bytes`;
  if (stage === 'hard')
    return `Tenant ${record.path} has reached its quota; without the days that are dropped it ${stored}.`;
  return `Tenant ${record.path} ${stored}.`;
}

function countStages(registry: TenantRegistry) {
  const counts = { ok: 0, soft: 0, hard: 0, stopped: 0 };
  for (const { state } of registry.all()) {
    counts[state?.stage ?? 'ok'] += 1;
    if (state && state.ingestStopReason !== '') counts.stopped += 1;
  }
  return counts;
}
