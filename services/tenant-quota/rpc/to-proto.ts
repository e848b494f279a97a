import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  ProjectSchema,
  type Tenant,
  type TenantLimits,
  TenantLimitsSchema,
  TenantSchema,
  TenantStatus,
  Tier,
} from '../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import type { TenantStatusName } from '../registry/tenant-record.js';
import type { TenantView } from '../registry/tenant-registry.js';
import type { Limits } from '../registry/tiers.js';

export const TIER_VALUES = { free: Tier.FREE, premium: Tier.PREMIUM, ultimate: Tier.ULTIMATE } as const;

const STATUSES: Readonly<Record<TenantStatusName, TenantStatus>> = {
  provisioning: TenantStatus.PROVISIONING,
  ready: TenantStatus.READY,
  failed: TenantStatus.FAILED,
  deleting: TenantStatus.DELETING,
  deleted: TenantStatus.DELETED,
};

/** A tenant as the contract shows it: limits resolved, the cell resolved to its database. */
export function toProto({ record, limits, cell, state }: TenantView): Tenant {
  return create(TenantSchema, {
    id: record.tenantId,
    path: record.path,
    tier: TIER_VALUES[record.tier],
    limits: toLimits(limits),
    cell: record.cell,
    database: cell?.database ?? '',
    // A tenant whose cell is not set up yet has nowhere to put its rows.
    status: record.status === 'ready' && !cell ? TenantStatus.PROVISIONING : STATUSES[record.status],
    projects: record.projects.map(({ projectId, path, enabled }) =>
      create(ProjectSchema, { id: projectId, path, enabled }),
    ),
    version: BigInt(record.version),
    updatedAt: timestampFromMs(record.updatedAtMs),
    statusReason: record.statusReason,
    ingestStopReason: state?.ingestStopReason ?? '',
    acceptFromDay: state?.acceptFromDay ?? 0,
    source: record.source,
  });
}

export function toLimits(limits: Limits): TenantLimits {
  return create(TenantLimitsSchema, {
    ...limits,
    ingestBytesPerSecond: BigInt(limits.ingestBytesPerSecond),
    ingestBurstBytes: BigInt(limits.ingestBurstBytes),
    ingestItemsPerSecond: BigInt(limits.ingestItemsPerSecond),
    maxRequestBytes: BigInt(limits.maxRequestBytes),
    storageBytes: BigInt(limits.storageBytes),
    queryMaxReadBytes: BigInt(limits.queryMaxReadBytes),
    queryMaxReadRows: BigInt(limits.queryMaxReadRows),
    queryMaxMemoryBytes: BigInt(limits.queryMaxMemoryBytes),
    tracesIngestBytesPerSecond: BigInt(limits.tracesIngestBytesPerSecond),
    metricsIngestBytesPerSecond: BigInt(limits.metricsIngestBytesPerSecond),
    logsIngestBytesPerSecond: BigInt(limits.logsIngestBytesPerSecond),
    tracesIngestItemsPerSecond: BigInt(limits.tracesIngestItemsPerSecond),
    metricsIngestItemsPerSecond: BigInt(limits.metricsIngestItemsPerSecond),
    logsIngestItemsPerSecond: BigInt(limits.logsIngestItemsPerSecond),
    maxMetricSeries: BigInt(limits.maxMetricSeries),
    maxAttributeKeys: BigInt(limits.maxAttributeKeys),
    maxAttributeValuesPerKey: BigInt(limits.maxAttributeValuesPerKey),
  });
}
