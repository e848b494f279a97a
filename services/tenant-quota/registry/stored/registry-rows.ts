import { toStoreTime } from '../../../../lib/store/timestamp.js';
import { compactLimits, LIMIT_NAMES, LIMITS, type LimitOverrides } from '../limits.js';
import type {
  CellRecord,
  ProjectRecord,
  RankedState,
  StorageState,
  TenantRecord,
  TenantState,
  TierRecord,
} from '../tenant-record.js';
import type { CellRow, ProjectRow, StateRow, TenantRow, TierRow } from './registry-statements.js';

/** What every row of one change carries. */
export interface Stamp {
  readonly Version: string;
  readonly UpdatedAt: string;
}

export const stampOf = (version: number): Stamp => ({
  Version: String(version),
  UpdatedAt: toStoreTime(Date.now()),
});

function limitsOf(row: TenantRow | TierRow): LimitOverrides {
  const values = LIMIT_NAMES.map(
    (name) => [name, row[name] === null ? undefined : Number(row[name])] as const,
  );
  return compactLimits(Object.fromEntries(values));
}

function limitColumns(limits: LimitOverrides): Record<string, number | null> {
  return Object.fromEntries(LIMIT_NAMES.map((name) => [LIMITS[name].column, limits[name] ?? null]));
}

export function toRecord(row: TenantRow, projects: readonly ProjectRow[]): TenantRecord {
  const { tenantId, path, tier, cell, status, statusReason, source } = row;
  return {
    ...{ tenantId, path, tier, cell, status, statusReason, source },
    limits: limitsOf(row),
    eraseAtMs: Number(row.eraseAtMs),
    projects: projects.map((project) => ({
      projectId: BigInt(project.projectId),
      path: project.path,
      enabled: project.enabled,
    })),
    version: Number(row.version),
    updatedAtMs: Number(row.updatedAtMs),
  };
}

export const toCell = (row: CellRow): CellRecord => ({ ...row, version: Number(row.version) });

export const toTier = (row: TierRow): TierRecord => ({
  tier: row.tier,
  limits: limitsOf(row),
  version: Number(row.version),
});

export const toState = (row: StateRow): StorageState => ({
  ...row,
  cutAtLimitBytes: Number(row.cutAtLimitBytes),
  version: Number(row.version),
});

export function toTenantRow(tenant: TenantState, stamp: Stamp) {
  return {
    TenantId: tenant.tenantId,
    Path: tenant.path,
    Tier: tenant.tier,
    ...limitColumns(tenant.limits),
    Cell: tenant.cell,

    Status: tenant.status,
    StatusReason: tenant.statusReason,
    EraseAtMs: String(tenant.eraseAtMs),
    Source: tenant.source,
    ...stamp,
  };
}

export function toProjectRows(tenant: TenantState, stamp: Stamp) {
  return tenant.projects.map((project) => toProjectRow(project, tenant.tenantId, stamp));
}

export const toProjectRow = (project: ProjectRecord, tenantId: number, stamp: Stamp) => ({
  ProjectId: String(project.projectId),
  TenantId: tenantId,
  Path: project.path,
  Enabled: project.enabled,
  ...stamp,
});

export const toTierRow = ({ tier, limits, version }: TierRecord) => ({
  Tier: tier,
  ...limitColumns(limits),
  ...stampOf(version),
});

export const toCellRow = (cell: CellRecord) => ({
  Name: cell.name,
  Database: cell.database,
  DedicatedTenantId: cell.dedicatedTenantId,
  ...stampOf(cell.version),
});

export const toStateRow = (state: RankedState) => ({
  TenantId: state.tenantId,
  Stage: state.stage,
  IngestStopReason: state.ingestStopReason,
  AcceptFromDay: state.acceptFromDay,
  CutAtLimitBytes: String(state.cutAtLimitBytes),
  Rank: String(state.rank),
  ...stampOf(state.version),
});
