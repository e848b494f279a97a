import type { Statement, StatementParams } from '../../../../lib/store/statement.js';
import type { Store } from '../../../../lib/store/store.js';
import { groupBy } from '../group-by.js';
import type {
  CellRecord,
  ProjectRecord,
  RankedState,
  StorageState,
  TenantRecord,
  TenantState,
  TierRecord,
} from '../tenant-record.js';
import {
  stampOf,
  toCell,
  toCellRow,
  toProjectRow,
  toProjectRows,
  toRecord,
  toState,
  toStateRow,
  toTenantRow,
  toTier,
  toTierRow,
} from './registry-rows.js';
import {
  type CellRow,
  type MarkRow,
  type ProjectRow,
  SELECT_CELLS,
  SELECT_MARK,
  SELECT_OWNERS,
  SELECT_PROJECTS,
  SELECT_PROJECTS_OF,
  SELECT_STATES,
  SELECT_TENANTS,
  SELECT_TENANTS_OF,
  SELECT_TIERS,
  type StateRow,
  type TenantRow,
  type TierRow,
} from './registry-statements.js';

/** The database with the registry. One per mesh. */
export const CONTROL_DATABASE = 'gob_control';

/** Owner of projects whose tenant was erased. */
export const NOBODY = 0;

/** Tenants per answer: a hundred thousand at once would be more than an answer may be. */
const PAGE_SIZE = 10_000;
const MAX_TENANT_ID = 4_294_967_295;

/** Sums of versions; equal marks mean equal contents. */
export type RegistryMark = MarkRow;

/** The registry as it is kept in ClickHouse. Every write is a new version of whole rows; nothing is updated in place. */
export class RegistryTables {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Changes whenever any process has written. */
  async readMark(signal: AbortSignal): Promise<RegistryMark> {
    const [mark] = await this.#select<MarkRow>(SELECT_MARK, signal);
    return mark ?? { tenants: '0', states: '0', tiers: '0', cells: '0' };
  }

  /** Tenants written since a version, ordered by id; 0 for all. */
  async readTenants(sinceVersion: number, signal: AbortSignal): Promise<TenantRecord[]> {
    const records: TenantRecord[] = [];
    for (let after = 0; ; ) {
      const range = { after, upTo: MAX_TENANT_ID, since: sinceVersion, limit: PAGE_SIZE };
      const rows = await this.#select<TenantRow>(SELECT_TENANTS, signal, range);
      const last = rows.at(-1)?.tenantId;
      if (last === undefined) return records;
      const upTo = rows.length < PAGE_SIZE ? MAX_TENANT_ID : last;
      records.push(...(await this.#withProjects(rows, { ...range, upTo }, signal)));
      if (rows.length < PAGE_SIZE) return records;
      after = last;
    }
  }

  /** These tenants as they are now, past every cache. */
  async readTenantsOf(tenantIds: readonly number[], signal: AbortSignal): Promise<TenantRecord[]> {
    const params = { ids: tenantIds };
    const [rows, projects] = await Promise.all([
      this.#select<TenantRow>(SELECT_TENANTS_OF, signal, params),
      this.#select<ProjectRow>(SELECT_PROJECTS_OF, signal, params),
    ]);
    const projectsOf = groupBy(projects, (project) => project.tenantId);
    return rows.map((row) => toRecord(row, projectsOf.get(row.tenantId) ?? []));
  }

  /** Tenants that own these projects now, by project. */
  async readOwners(projectIds: readonly bigint[], signal: AbortSignal): Promise<ReadonlyMap<bigint, number>> {
    const rows = await this.#select<ProjectRow>(SELECT_OWNERS, signal, { ids: projectIds });
    return new Map(rows.map((row) => [BigInt(row.projectId), row.tenantId]));
  }

  async readCells(signal: AbortSignal): Promise<CellRecord[]> {
    return (await this.#select<CellRow>(SELECT_CELLS, signal)).map(toCell);
  }

  async readTiers(signal: AbortSignal): Promise<TierRecord[]> {
    return (await this.#select<TierRow>(SELECT_TIERS, signal)).map(toTier);
  }

  async readStates(signal: AbortSignal): Promise<StorageState[]> {
    return (await this.#select<StateRow>(SELECT_STATES, signal)).map(toState);
  }

  /** Writes all of it under one version. */
  async writeTenants(tenants: readonly TenantState[], version: number, signal: AbortSignal): Promise<void> {
    await this.writeRecords(
      tenants.map((tenant) => ({ ...tenant, version })),
      signal,
    );
  }

  /** Projects go first: until the tenants' rows are there, nobody takes notice of them. */
  async writeRecords(
    records: readonly (TenantState & Pick<TenantRecord, 'version'>)[],
    signal: AbortSignal,
  ): Promise<void> {
    const projects = records.flatMap((record) => toProjectRows(record, stampOf(record.version)));
    await this.#insert('registry_write_projects', 'projects', projects, signal);
    const rows = records.map((record) => toTenantRow(record, stampOf(record.version)));
    await this.#insert('registry_write_tenants', 'tenants', rows, signal);
  }

  /** Frees projects of a tenant that is gone. */
  async releaseProjects(
    projects: readonly ProjectRecord[],
    version: number,
    signal: AbortSignal,
  ): Promise<void> {
    const rows = projects.map((project) => toProjectRow(project, NOBODY, stampOf(version)));
    await this.#insert('registry_release_projects', 'projects', rows, signal);
  }

  async writeCell(cell: CellRecord, signal: AbortSignal): Promise<void> {
    await this.#insert('registry_write_cell', 'cells', [toCellRow(cell)], signal);
  }

  async writeTier(tier: TierRecord, signal: AbortSignal): Promise<void> {
    await this.#insert('registry_write_tier', 'tiers', [toTierRow(tier)], signal);
  }

  async writeStates(states: readonly RankedState[], signal: AbortSignal): Promise<void> {
    await this.#insert('registry_write_states', 'tenant_states', states.map(toStateRow), signal);
  }

  async #withProjects(
    rows: readonly TenantRow[],
    range: StatementParams,
    signal: AbortSignal,
  ): Promise<TenantRecord[]> {
    if (rows.length === 0) return [];
    const projects = await this.#select<ProjectRow>(SELECT_PROJECTS, signal, range);
    const projectsOf = groupBy(projects, (project) => project.tenantId);
    return rows.map((row) => toRecord(row, projectsOf.get(row.tenantId) ?? []));
  }

  async #select<T>(statement: Statement, signal: AbortSignal, params: StatementParams = {}) {
    const options = { database: CONTROL_DATABASE, signal };
    return (await this.#store.query<T>(statement, params, options)).rows;
  }

  async #insert(
    name: string,
    table: string,
    rows: readonly Readonly<Record<string, unknown>>[],
    signal: AbortSignal,
  ): Promise<void> {
    if (rows.length === 0) return;
    await this.#store.insertRows({ name, database: CONTROL_DATABASE, table, rows, signal });
  }
}
