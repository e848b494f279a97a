import { AppError } from '../../../lib/errors/app-error.js';
import type { CellRecord, StorageState, TenantRecord, TierRecord } from './tenant-record.js';
import { type Limits, resolveLimits, type TierName } from './tiers.js';

/** Everything that is in the control database. */
export interface RegistryContent {
  readonly tenants: readonly TenantRecord[];
  /** Those that are ready to take rows. */
  readonly cells: readonly CellRecord[];
  readonly tiers: readonly TierRecord[];
  readonly states: readonly StorageState[];
}

/** A tenant as it is in force. */
export interface TenantView {
  readonly record: TenantRecord;
  readonly limits: Limits;
  /** Undefined while the cell is being set up. */
  readonly cell: CellRecord | undefined;
  readonly state: StorageState | undefined;
  /** Newest version among all that the view is made of. */
  readonly version: number;
}

export type ChangeListener = (changed: TenantView) => void;

/**
 * The registry in memory: what calls are answered from. It is replaced as a whole when ClickHouse has something newer, and
 * stays in force while ClickHouse is away.
 */
export class TenantRegistry {
  readonly #listeners = new Set<ChangeListener>();
  #views: ReadonlyMap<number, TenantView> = new Map();
  #ownerOf: ReadonlyMap<bigint, TenantView> = new Map();
  #cells: ReadonlyMap<string, CellRecord> = new Map();
  #tiers: ReadonlyMap<TierName, TierRecord> = new Map();
  #newestVersion = 0;
  #loaded = false;

  get isLoaded(): boolean {
    return this.#loaded;
  }

  /** Version of the newest thing in the registry. */
  get newestVersion(): number {
    return this.#newestVersion;
  }

  /** Takes over the newest state and tells listeners which tenants are new or changed. */
  replace(content: RegistryContent): void {
    const before = this.#views;
    this.#cells = new Map(content.cells.map((cell) => [cell.name, cell]));
    this.#tiers = new Map(content.tiers.map((tier) => [tier.tier, tier]));
    const states = new Map(content.states.map((state) => [state.tenantId, state]));
    const ordered = [...content.tenants].sort((a, b) => a.tenantId - b.tenantId);
    const views = ordered.map((record) => this.#viewOf(record, states.get(record.tenantId)));
    this.#views = new Map(views.map((view) => [view.record.tenantId, view]));
    this.#ownerOf = new Map(
      views
        .filter(({ record }) => record.status !== 'deleted')
        .flatMap((view) => view.record.projects.map(({ projectId }) => [projectId, view] as const)),
    );
    this.#newestVersion = views.reduce((newest, { version }) => Math.max(newest, version), 0);
    this.#loaded = true;
    for (const view of views) {
      const known = before.get(view.record.tenantId);
      if (known?.version === view.version && known.cell?.name === view.cell?.name) continue;
      for (const listener of this.#listeners) listener(view);
    }
  }

  /** Ordered by id, deleted ones included. Throws `unavailable` until the registry was loaded once, as all reads do. */
  allViews(): readonly TenantView[] {
    this.#requireLoaded();
    return [...this.#views.values()];
  }

  /** Ordered by id, without those that were deleted. */
  all(): readonly TenantView[] {
    return this.allViews().filter(({ record }) => record.status !== 'deleted');
  }

  /** Undefined also for one that was deleted. */
  tenant(tenantId: number): TenantView | undefined {
    this.#requireLoaded();
    const view = this.#views.get(tenantId);
    return view?.record.status === 'deleted' ? undefined : view;
  }

  ownerOf(projectId: bigint): TenantView | undefined {
    this.#requireLoaded();
    return this.#ownerOf.get(projectId);
  }

  cell(name: string): CellRecord | undefined {
    return this.#cells.get(name);
  }

  get cells(): readonly CellRecord[] {
    return [...this.#cells.values()];
  }

  tier(name: TierName): TierRecord | undefined {
    return this.#tiers.get(name);
  }

  /** What a record would be in force as, given the tiers, cells and states of now. */
  preview(record: TenantRecord): TenantView {
    return this.#viewOf(record, this.#views.get(record.tenantId)?.state);
  }

  /** Returns the function that ends the subscription. */
  onChange(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #viewOf(record: TenantRecord, state: StorageState | undefined): TenantView {
    const tier = this.#tiers.get(record.tier);
    const cell = this.#cells.get(record.cell);
    const limits = resolveLimits(record.tier, record.limits, tier?.limits);
    const version = Math.max(record.version, tier?.version ?? 0, cell?.version ?? 0, state?.version ?? 0);
    return { record, limits, cell, state, version };
  }

  #requireLoaded(): void {
    if (this.#loaded) return;
    throw new AppError(
      'unavailable',
      'The registry of tenants is not loaded: its database cannot be reached yet. Try again shortly.',
      { retryAfterMs: 2_000 },
    );
  }
}
