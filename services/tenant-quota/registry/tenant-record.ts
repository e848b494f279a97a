import type { LimitOverrides, TierName } from './tiers.js';

export interface ProjectRecord {
  readonly projectId: bigint;
  readonly path: string;
  readonly enabled: boolean;
}

/** What the registry keeps of a tenant, apart from its version. */
export interface TenantState {
  readonly tenantId: number;
  readonly path: string;
  readonly tier: TierName;
  readonly limits: LimitOverrides;
  /** Name of the cell with the tenant's rows. */
  readonly cell: string;
  readonly status: 'provisioning' | 'ready';
  /** Who owns the record; only the owner changes or retires it. */
  readonly source: string;
  /** Ordered by id. */
  readonly projects: readonly ProjectRecord[];
}

export interface TenantRecord extends TenantState {
  /** Grows with every change of any tenant; milliseconds since 1970 unless clocks went backwards. */
  readonly version: number;
  readonly updatedAtMs: number;
}

export interface CellRecord {
  readonly name: string;
  readonly database: string;
}
