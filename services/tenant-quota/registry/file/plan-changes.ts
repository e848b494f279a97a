import { isDeepStrictEqual } from 'node:util';
import type { IdentityTenant } from '../../../../lib/config/identity-file.js';
import { DEFAULT_CELL } from '../../provisioning/cells.js';
import { compactLimits } from '../limits.js';
import { type ProjectRecord, stateOf, type TenantRecord, type TenantState } from '../tenant-record.js';

/** Source of records that come from the identity file. */
export const FILE_SOURCE = 'file';
/** Source of records that come from the admin interface and from provisioning. */
export const API_SOURCE = 'api';

/**
 * The tenants that must be written so that the registry agrees with the identity file. A tenant that is gone from the file is
 * kept, because its rows still exist, but its projects are switched off; so is a project that is gone from its tenant. A
 * project that moved is taken from its former tenant. Records of other sources are left alone unless the file names them:
 * then they are the file's from there on. A tenant that was deleted comes back when the file names it.
 */
export function planChanges(
  current: readonly TenantRecord[],
  file: readonly IdentityTenant[],
): TenantState[] {
  const byId = new Map(current.map((record) => [record.tenantId, record]));
  const claimed = new Set(file.flatMap((tenant) => tenant.projects.map((project) => BigInt(project.id))));
  const named = file.map((tenant) => fromFile(tenant, byId.get(tenant.id), claimed));
  const inFile = new Set(file.map((tenant) => tenant.id));
  const others = current
    .filter((record) => !inFile.has(record.tenantId))
    .map((record) => retire(record, claimed));
  return [...named, ...others].filter((wanted) => !isSame(wanted, byId.get(wanted.tenantId)));
}

function fromFile(
  tenant: IdentityTenant,
  before: TenantRecord | undefined,
  claimed: ReadonlySet<bigint>,
): TenantState {
  const listed = tenant.projects.map(({ id, path, enabled }) => ({ projectId: BigInt(id), path, enabled }));
  const gone = (before?.projects ?? []).filter((project) => !claimed.has(project.projectId)).map(switchOff);
  const { limits } = tenant;
  return {
    tenantId: tenant.id,
    path: tenant.path,
    tier: tenant.tier,
    limits: compactLimits({
      ingestBytesPerSecond: limits.ingest_bytes_per_second,
      ingestBurstBytes: limits.ingest_burst_bytes,
      ingestItemsPerSecond: limits.ingest_items_per_second,
      maxRequestBytes: limits.max_request_bytes,
      retentionDays: limits.retention_days,
      tracesRetentionDays: limits.traces_retention_days,
      metricsRetentionDays: limits.metrics_retention_days,
      logsRetentionDays: limits.logs_retention_days,
      storageBytes: limits.storage_bytes,
      queryMaxSeconds: limits.query_max_seconds,
      queryMaxReadBytes: limits.query_max_read_bytes,
      queryMaxReadRows: limits.query_max_read_rows,
      queryMaxMemoryBytes: limits.query_max_memory_bytes,
      queryMaxConcurrent: limits.query_max_concurrent,
      tracesIngestBytesPerSecond: limits.traces_ingest_bytes_per_second,
      metricsIngestBytesPerSecond: limits.metrics_ingest_bytes_per_second,
      logsIngestBytesPerSecond: limits.logs_ingest_bytes_per_second,
      tracesIngestItemsPerSecond: limits.traces_ingest_items_per_second,
      metricsIngestItemsPerSecond: limits.metrics_ingest_items_per_second,
      logsIngestItemsPerSecond: limits.logs_ingest_items_per_second,
      maxMetricSeries: limits.max_metric_series,
      maxAttributeKeys: limits.max_attribute_keys,
      maxAttributeValuesPerKey: limits.max_attribute_values_per_key,
    }),
    // Where the rows are is not the file's business, nor is it undone by it.
    cell: before?.cell ?? DEFAULT_CELL.name,

    status: 'ready',
    statusReason: '',
    eraseAtMs: 0,
    source: FILE_SOURCE,
    projects: byProjectId([...listed, ...gone]),
  };
}

/** A tenant that the file does not name. */
function retire(record: TenantRecord, claimed: ReadonlySet<bigint>): TenantState {
  const kept = record.projects.filter((project) => !claimed.has(project.projectId));
  return { ...stateOf(record), projects: record.source === FILE_SOURCE ? kept.map(switchOff) : kept };
}

function isSame(wanted: TenantState, before: TenantRecord | undefined): boolean {
  return before !== undefined && isDeepStrictEqual(wanted, stateOf(before));
}

const switchOff = (project: ProjectRecord): ProjectRecord => ({ ...project, enabled: false });

function byProjectId(projects: readonly ProjectRecord[]): ProjectRecord[] {
  return [...projects].sort((a, b) => (a.projectId < b.projectId ? -1 : 1));
}
