import { AppError } from '../../../lib/errors/app-error.js';
import type { CellRecord, TenantRecord } from './tenant-record.js';

export type ChangeListener = (changed: TenantRecord) => void;

/**
 * The registry in memory: what calls are answered from. It is replaced as a whole when ClickHouse has something newer, and
 * stays in force while ClickHouse is away.
 */
export class TenantRegistry {
  readonly #listeners = new Set<ChangeListener>();
  #tenants: ReadonlyMap<number, TenantRecord> = new Map();
  #ownerOf: ReadonlyMap<bigint, TenantRecord> = new Map();
  #cells: ReadonlyMap<string, CellRecord> = new Map();
  #loaded = false;

  get isLoaded(): boolean {
    return this.#loaded;
  }

  /** Takes over the newest state and tells listeners which tenants are new or changed. */
  replace(tenants: readonly TenantRecord[], cells: readonly CellRecord[]): void {
    const before = this.#tenants;
    const ordered = [...tenants].sort((a, b) => a.tenantId - b.tenantId);
    this.#tenants = new Map(ordered.map((tenant) => [tenant.tenantId, tenant]));
    this.#ownerOf = new Map(
      ordered.flatMap((tenant) => tenant.projects.map(({ projectId }) => [projectId, tenant] as const)),
    );
    this.#cells = new Map(cells.map((cell) => [cell.name, cell]));
    this.#loaded = true;
    for (const tenant of ordered) {
      if (before.get(tenant.tenantId)?.version === tenant.version) continue;
      for (const listener of this.#listeners) listener(tenant);
    }
  }

  /** Ordered by id. Throws `unavailable` until the registry was loaded once, as all reads do. */
  all(): readonly TenantRecord[] {
    this.#requireLoaded();
    return [...this.#tenants.values()];
  }

  tenant(tenantId: number): TenantRecord | undefined {
    this.#requireLoaded();
    return this.#tenants.get(tenantId);
  }

  ownerOf(projectId: bigint): TenantRecord | undefined {
    this.#requireLoaded();
    return this.#ownerOf.get(projectId);
  }

  cell(name: string): CellRecord | undefined {
    return this.#cells.get(name);
  }

  /** Returns the function that ends the subscription. */
  onChange(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
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
