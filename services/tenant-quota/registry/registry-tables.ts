import type { Store } from '../../../lib/store/store.js';
import { toStoreTime } from '../../../lib/store/timestamp.js';
import {
  type ProjectRow,
  SELECT_CELLS,
  SELECT_MARK,
  SELECT_PROJECTS,
  SELECT_TENANTS,
  type TenantRow,
} from './registry-statements.js';
import type { CellRecord, TenantRecord, TenantState } from './tenant-record.js';

/** The database with the registry. One per mesh. */
export const CONTROL_DATABASE = 'gob_control';

export interface RegistryContent {
  readonly tenants: readonly TenantRecord[];
  readonly cells: readonly CellRecord[];
}

/** The registry as it is kept in ClickHouse. Every write is a new version of whole rows; nothing is updated in place. */
export class RegistryTables {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Changes whenever any process has written a tenant or project. */
  async readMark(signal: AbortSignal): Promise<string> {
    const { rows } = await this.#select<{ mark: string }>(SELECT_MARK, signal);
    return rows[0]?.mark ?? '0';
  }

  async read(signal: AbortSignal): Promise<RegistryContent> {
    const [cells, tenants, projects] = await Promise.all([
      this.#select<CellRecord>(SELECT_CELLS, signal),
      this.#select<TenantRow>(SELECT_TENANTS, signal),
      this.#select<ProjectRow>(SELECT_PROJECTS, signal),
    ]);
    const projectsOf = byTenant(projects.rows);
    return {
      cells: cells.rows,
      tenants: tenants.rows.map((row) => toRecord(row, projectsOf.get(row.tenantId) ?? [])),
    };
  }

  async addCell(cell: CellRecord, signal: AbortSignal): Promise<void> {
    const nowMs = Date.now();
    const row = {
      Name: cell.name,
      Database: cell.database,
      Version: String(nowMs),
      UpdatedAt: toStoreTime(nowMs),
    };
    await this.#insert('registry_add_cell', 'cells', [row], signal);
  }

  /** Writes all of it under one version. Projects go first: until the tenants' rows are there, nobody takes notice of them. */
  async write(tenants: readonly TenantState[], version: number, signal: AbortSignal): Promise<void> {
    const stamp = { Version: String(version), UpdatedAt: toStoreTime(Date.now()) };
    const projects = tenants.flatMap((tenant) => toProjectRows(tenant, stamp));
    if (projects.length > 0) await this.#insert('registry_write_projects', 'projects', projects, signal);
    const rows = tenants.map((tenant) => toTenantRow(tenant, stamp));
    await this.#insert('registry_write_tenants', 'tenants', rows, signal);
  }

  #select<T>(statement: typeof SELECT_MARK, signal: AbortSignal) {
    return this.#store.query<T>(statement, {}, { database: CONTROL_DATABASE, signal });
  }

  async #insert(
    name: string,
    table: string,
    rows: readonly Readonly<Record<string, unknown>>[],
    signal: AbortSignal,
  ): Promise<void> {
    await this.#store.insertRows({ name, database: CONTROL_DATABASE, table, rows, signal });
  }
}

function byTenant(rows: readonly ProjectRow[]): ReadonlyMap<number, readonly ProjectRow[]> {
  const groups = new Map<number, ProjectRow[]>();
  for (const row of rows) {
    const group = groups.get(row.tenantId);
    if (group) group.push(row);
    else groups.set(row.tenantId, [row]);
  }
  return groups;
}

const orUndefined = (value: string | number | null): number | undefined =>
  value === null ? undefined : Number(value);

function toRecord(row: TenantRow, projects: readonly ProjectRow[]): TenantRecord {
  const { tenantId, path, tier, cell, status, source } = row;
  return {
    ...{ tenantId, path, tier, cell, status, source },
    limits: {
      ingestBytesPerSecond: orUndefined(row.ingestBytesPerSecond),
      maxRequestBytes: orUndefined(row.maxRequestBytes),
      retentionDays: orUndefined(row.retentionDays),
      storageBytes: orUndefined(row.storageBytes),
    },
    projects: projects.map((project) => ({
      projectId: BigInt(project.projectId),
      path: project.path,
      enabled: project.enabled,
    })),
    // A crash may have come between the projects' rows and the tenant's.
    version: Math.max(Number(row.version), ...projects.map((project) => Number(project.version))),
    updatedAtMs: Number(row.updatedAtMs),
  };
}

interface Stamp {
  readonly Version: string;
  readonly UpdatedAt: string;
}

function toTenantRow(tenant: TenantState, stamp: Stamp) {
  const { limits } = tenant;
  return {
    TenantId: tenant.tenantId,
    Path: tenant.path,
    Tier: tenant.tier,
    IngestBytesPerSecond: limits.ingestBytesPerSecond ?? null,
    MaxRequestBytes: limits.maxRequestBytes ?? null,
    RetentionDays: limits.retentionDays ?? null,
    StorageBytes: limits.storageBytes ?? null,
    Cell: tenant.cell,
    Status: tenant.status,
    Source: tenant.source,
    ...stamp,
  };
}

function toProjectRows(tenant: TenantState, stamp: Stamp) {
  return tenant.projects.map((project) => ({
    ProjectId: String(project.projectId),
    TenantId: tenant.tenantId,
    Path: project.path,
    Enabled: project.enabled,
    ...stamp,
  }));
}
