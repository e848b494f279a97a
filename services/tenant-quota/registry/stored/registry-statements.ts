import type { Statement } from '../../../../lib/store/statement.js';
import { LIMIT_NAMES, LIMITS, type LimitName } from '../limits.js';
import type { TierName } from '../tiers.js';

const LIMIT_COLUMNS = LIMIT_NAMES.map((name) => `toString(${LIMITS[name].column}) AS ${name}`).join(', ');
const NEWEST = (table: string, key: string) =>
  `(SELECT sum(newest) FROM (SELECT max(Version) AS newest FROM {database:Identifier}.${table} GROUP BY ${key}))`;

/** Sums of newest versions per key. Versions only grow, so equal sums mean that nothing was written. */
export const SELECT_MARK: Statement = {
  name: 'registry_mark',
  sql: `SELECT toString(${NEWEST('tenants', 'TenantId')}) AS tenants, toString(${NEWEST('tenant_states', 'TenantId')}) AS states,
  toString(${NEWEST('tiers', 'Tier')}) AS tiers, toString(${NEWEST('cells', 'Name')}) AS cells`,
};

export const SELECT_CELLS: Statement = {
  name: 'registry_cells',
  sql: 'SELECT Name AS name, Database AS database, DedicatedTenantId AS dedicatedTenantId, Version AS version FROM {database:Identifier}.cells FINAL ORDER BY name',
};

export const SELECT_TIERS: Statement = {
  name: 'registry_tiers',
  sql: `SELECT Tier AS tier, ${LIMIT_COLUMNS}, Version AS version FROM {database:Identifier}.tiers FINAL ORDER BY tier`,
};

const TENANT_COLUMNS = `TenantId AS tenantId, Path AS path, Tier AS tier, ${LIMIT_COLUMNS},
  Cell AS cell, Status AS status, StatusReason AS statusReason, EraseAtMs AS eraseAtMs, Source AS source,
  Version AS version, toUnixTimestamp64Milli(UpdatedAt) AS updatedAtMs`;

/** Tenants in a range of ids whose rows, or whose projects' rows, are newer than a version; with 0 all of them. */
const CHANGED = `TenantId > {after:UInt32} AND TenantId <= {upTo:UInt32} AND ({since:UInt64} = 0 OR TenantId IN (
  SELECT TenantId FROM {database:Identifier}.tenants WHERE Version >= {since:UInt64}
  UNION DISTINCT SELECT TenantId FROM {database:Identifier}.projects WHERE Version >= {since:UInt64}))`;

export const SELECT_TENANTS: Statement = {
  name: 'registry_tenants',
  sql: `SELECT ${TENANT_COLUMNS} FROM {database:Identifier}.tenants FINAL WHERE ${CHANGED} ORDER BY tenantId LIMIT {limit:UInt32}`,
};

export const SELECT_PROJECTS: Statement = {
  name: 'registry_projects',
  sql: `SELECT ProjectId AS projectId, TenantId AS tenantId, Path AS path, Enabled AS enabled, Version AS version
FROM {database:Identifier}.projects FINAL WHERE ${CHANGED} ORDER BY projectId`,
};

export const SELECT_TENANTS_OF: Statement = {
  name: 'registry_tenants',
  sql: `SELECT ${TENANT_COLUMNS} FROM {database:Identifier}.tenants FINAL WHERE TenantId IN {ids:Array(UInt32)}`,
};

/** By tenant. A project that went to another tenant is that one's. */
export const SELECT_PROJECTS_OF: Statement = {
  name: 'registry_projects',
  sql: `SELECT ProjectId AS projectId, TenantId AS tenantId, Path AS path, Enabled AS enabled, Version AS version
FROM {database:Identifier}.projects FINAL WHERE TenantId IN {ids:Array(UInt32)} ORDER BY projectId`,
};

/** Current owner of projects. */
export const SELECT_OWNERS: Statement = {
  name: 'registry_owners',
  sql: 'SELECT ProjectId AS projectId, TenantId AS tenantId FROM {database:Identifier}.projects FINAL WHERE ProjectId IN {ids:Array(UInt64)}',
};

export const SELECT_STATES: Statement = {
  name: 'registry_states',
  sql: `SELECT TenantId AS tenantId, Stage AS stage, IngestStopReason AS ingestStopReason, AcceptFromDay AS acceptFromDay,
  CutAtLimitBytes AS cutAtLimitBytes, Version AS version FROM {database:Identifier}.tenant_states FINAL`,
};

type LimitCells = { readonly [K in LimitName]: string | null };

export interface MarkRow {
  readonly tenants: string;
  readonly states: string;
  readonly tiers: string;
  readonly cells: string;
}

/** Rows as they arrive: 64-bit integers are text. */
export interface TenantRow extends LimitCells {
  readonly tenantId: number;
  readonly path: string;
  readonly tier: TierName;
  readonly cell: string;

  readonly status: 'provisioning' | 'ready' | 'failed' | 'deleting' | 'deleted';
  readonly statusReason: string;
  readonly eraseAtMs: string;
  readonly source: string;
  readonly version: string;
  readonly updatedAtMs: string;
}

export interface ProjectRow {
  readonly projectId: string;
  readonly tenantId: number;
  readonly path: string;
  readonly enabled: boolean;
  readonly version: string;
}

export interface CellRow {
  readonly name: string;
  readonly database: string;
  readonly dedicatedTenantId: number;
  readonly version: string;
}

export interface TierRow extends LimitCells {
  readonly tier: TierName;
  readonly version: string;
}

export interface StateRow {
  readonly tenantId: number;
  readonly stage: 'ok' | 'soft' | 'hard';
  readonly ingestStopReason: string;
  readonly acceptFromDay: number;
  readonly cutAtLimitBytes: string;
  readonly version: string;
}
