import type { LimitOverrides } from './limits.js';
import type { TierName } from './tiers.js';

export interface ProjectRecord {
  readonly projectId: bigint;
  readonly path: string;
  readonly enabled: boolean;
}

/**
 * `provisioning` until the cell is there; `failed` when that did not work, with a reason; `deleting` from the mark until every
 * row is gone; `deleted` for good, kept so that watchers learn of it.
 */
export type TenantStatusName = 'provisioning' | 'ready' | 'failed' | 'deleting' | 'deleted';

/** What the registry keeps of a tenant, apart from its version. */
export interface TenantState {
  readonly tenantId: number;
  readonly path: string;
  readonly tier: TierName;
  readonly limits: LimitOverrides;
  /** Name of the cell with the tenant's rows. */
  readonly cell: string;

  readonly status: TenantStatusName;
  /** Why the status is what it is; empty when there is nothing to say. */
  readonly statusReason: string;
  /** Unix time at which a tenant with status `deleting` is erased; 0 otherwise. */
  readonly eraseAtMs: number;
  /** Who owns the record, `file` or `api`; only the owner changes or retires it. */
  readonly source: string;
  /** Ordered by id. */
  readonly projects: readonly ProjectRecord[];
}

export interface TenantRecord extends TenantState {
  /** Grows with every change of the tenant; milliseconds since 1970 unless clocks went backwards. */
  readonly version: number;
  readonly updatedAtMs: number;
}

export interface CellRecord {
  readonly name: string;
  /** Address of the cell's database: its name, and the ClickHouse service that holds it (see `cellAddress`). */
  readonly database: string;
  /** The only tenant that may be placed here; 0 for a cell that tenants share. */
  readonly dedicatedTenantId: number;
  readonly version: number;
}

/** What a tier was set to. */
export interface TierRecord {
  readonly tier: TierName;
  readonly limits: LimitOverrides;
  readonly version: number;
}

/** What the retention loop has decided about a tenant. */
export interface StorageState {
  readonly tenantId: number;
  /** `soft`: over 80 % of the quota. `hard`: days were dropped, or ingest is stopped. */
  readonly stage: 'ok' | 'soft' | 'hard';
  /** Not empty: ingest is refused with this sentence. */
  readonly ingestStopReason: string;
  /** First day that is accepted, in days since 1970; 0 for no such day. */
  readonly acceptFromDay: number;
  /** The quota for which days were dropped: a larger one lifts `acceptFromDay`. */
  readonly cutAtLimitBytes: number;
  readonly version: number;
}

/** A state and its place among those of all leaders. */
export interface RankedState extends StorageState {
  readonly rank: number;
}

/** Without what only the store adds. */
export function stateOf({
  version: _version,
  updatedAtMs: _updatedAtMs,
  ...state
}: TenantRecord): TenantState {
  return state;
}
