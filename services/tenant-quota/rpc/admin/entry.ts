import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  type LimitOverrides as LimitOverridesMessage,
  LimitOverridesSchema,
  type TenantEntry,
  TenantEntrySchema,
} from '../../../../gen/es/gob/tenantquota/v1/admin_pb.js';
import { Tier } from '../../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import { AppError } from '../../../../lib/errors/app-error.js';
import { compactLimits, LIMIT_NAMES, type LimitOverrides } from '../../registry/limits.js';
import type { TenantView } from '../../registry/tenant-registry.js';
import type { TierName } from '../../registry/tiers.js';
import { TIER_VALUES, toProto } from '../to-proto.js';

/** A tenant as administrators see it. */
export function toEntry(view: TenantView, storedBytes?: number): TenantEntry {
  const { record, state } = view;
  return create(TenantEntrySchema, {
    tenant: toProto(view),
    overrides: toOverrides(record.limits),
    ...(record.eraseAtMs > 0 && { eraseAt: timestampFromMs(record.eraseAtMs) }),
    ...(storedBytes !== undefined && { storedBytes: BigInt(Math.round(storedBytes)) }),
    storageStage: state?.stage ?? 'ok',
  });
}

export function toOverrides(limits: LimitOverrides): LimitOverridesMessage {
  const set = LIMIT_NAMES.flatMap((name) =>
    limits[name] === undefined ? [] : [[name, BigInt(limits[name])] as const],
  );
  return create(LimitOverridesSchema, Object.fromEntries(set));
}

export function fromOverrides(message: LimitOverridesMessage | undefined): LimitOverrides {
  if (!message) return {};
  const values = LIMIT_NAMES.map(
    (name) => [name, message[name] === undefined ? undefined : Number(message[name])] as const,
  );
  return compactLimits(Object.fromEntries(values));
}

/** Undefined for "not given". Enums of proto3 are open: a number that this version does not know arrives as itself. */
export function fromTier(tier: Tier): TierName | undefined {
  if (tier === Tier.UNSPECIFIED) return undefined;
  const found = Object.entries(TIER_VALUES).find(([, value]) => value === tier);
  if (found) return found[0] as TierName;
  throw new AppError('invalid_argument', 'tier must be FREE, PREMIUM or ULTIMATE.', { field: 'tier' });
}

export function requireTier(tier: Tier): TierName {
  const name = fromTier(tier);
  if (name) return name;
  throw new AppError('invalid_argument', 'tier is required.', { field: 'tier' });
}

export function requireTenantId(tenantId: number): number {
  if (tenantId !== 0) return tenantId;
  throw new AppError('invalid_argument', 'tenant_id is required.', { field: 'tenant_id' });
}

/** 0 means any. */
export const expectedVersion = (version: bigint): number | undefined =>
  version === 0n ? undefined : Number(version);
