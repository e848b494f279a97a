import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  ProjectSchema,
  type Tenant,
  TenantLimitsSchema,
  TenantSchema,
  TenantStatus,
  Tier,
} from '../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import type { TenantRecord } from '../registry/tenant-record.js';
import type { TenantRegistry } from '../registry/tenant-registry.js';
import { resolveLimits } from '../registry/tiers.js';

const TIERS = { free: Tier.FREE, premium: Tier.PREMIUM, ultimate: Tier.ULTIMATE } as const;

/** A tenant as the contract shows it: tier defaults filled in, the cell resolved to its database. */
export function toProto(record: TenantRecord, registry: TenantRegistry): Tenant {
  const limits = resolveLimits(record.tier, record.limits);
  const cell = registry.cell(record.cell);
  // A tenant whose cell this process does not know yet has nowhere to put its rows.
  const isReady = record.status === 'ready' && cell !== undefined;
  return create(TenantSchema, {
    id: record.tenantId,
    path: record.path,
    tier: TIERS[record.tier],
    limits: create(TenantLimitsSchema, {
      ingestBytesPerSecond: BigInt(limits.ingestBytesPerSecond),
      maxRequestBytes: BigInt(limits.maxRequestBytes),
      retentionDays: limits.retentionDays,
      storageBytes: BigInt(limits.storageBytes),
    }),
    cell: record.cell,
    database: cell?.database ?? '',
    status: isReady ? TenantStatus.READY : TenantStatus.PROVISIONING,
    projects: record.projects.map(({ projectId, path, enabled }) =>
      create(ProjectSchema, { id: projectId, path, enabled }),
    ),
    version: BigInt(record.version),
    updatedAt: timestampFromMs(record.updatedAtMs),
  });
}
