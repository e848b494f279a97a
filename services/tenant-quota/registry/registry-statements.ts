import type { Statement } from '../../../lib/store/statement.js';

/** Sum of the tenants' newest versions. Versions only grow, so an equal sum means that nothing was written. */
export const SELECT_MARK: Statement = {
  name: 'registry_mark',
  sql: 'SELECT toString(sum(newest)) AS mark FROM (SELECT max(Version) AS newest FROM {database:Identifier}.tenants GROUP BY TenantId)',
};

export const SELECT_CELLS: Statement = {
  name: 'registry_cells',
  sql: 'SELECT Name AS name, Database AS database FROM {database:Identifier}.cells FINAL ORDER BY name',
};

export const SELECT_TENANTS: Statement = {
  name: 'registry_tenants',
  sql: `SELECT
  TenantId AS tenantId, Path AS path, Tier AS tier,
  IngestBytesPerSecond AS ingestBytesPerSecond, MaxRequestBytes AS maxRequestBytes,
  RetentionDays AS retentionDays, StorageBytes AS storageBytes,
  Cell AS cell, Status AS status, Source AS source,
  Version AS version, toUnixTimestamp64Milli(UpdatedAt) AS updatedAtMs
FROM {database:Identifier}.tenants FINAL ORDER BY tenantId`,
};

export const SELECT_PROJECTS: Statement = {
  name: 'registry_projects',
  sql: `SELECT ProjectId AS projectId, TenantId AS tenantId, Path AS path, Enabled AS enabled, Version AS version
FROM {database:Identifier}.projects FINAL ORDER BY projectId`,
};

/** Rows as they arrive: 64-bit integers are text. */
export interface TenantRow {
  readonly tenantId: number;
  readonly path: string;
  readonly tier: 'free' | 'premium' | 'ultimate';
  readonly ingestBytesPerSecond: string | null;
  readonly maxRequestBytes: string | null;
  readonly retentionDays: number | null;
  readonly storageBytes: string | null;
  readonly cell: string;
  readonly status: 'provisioning' | 'ready';
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
