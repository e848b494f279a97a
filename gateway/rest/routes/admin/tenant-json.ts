import { timestampMs } from '@bufbuild/protobuf/wkt';
import { z } from 'zod';
import type { Change, StoredTable, TenantEntry } from '../../../../gen/es/gob/tenantquota/v1/admin_pb.js';
import { Tier } from '../../../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import { int64 } from '../../format/schemas.js';
import { statusName, tenantStatus } from '../tenant/status.js';
import { fromMessage, limitsInForce, limitsSet } from './limits.js';

export const TIER_NAMES = ['free', 'premium', 'ultimate'] as const;
export type TierName = (typeof TIER_NAMES)[number];

const BY_NAME = { free: Tier.FREE, premium: Tier.PREMIUM, ultimate: Tier.ULTIMATE } as const;
export const tierOf = (name: TierName | undefined): Tier => (name ? BY_NAME[name] : Tier.UNSPECIFIED);
const nameOf = (tier: Tier | undefined): TierName =>
  TIER_NAMES.find((name) => BY_NAME[name] === tier) ?? 'free';

const dateTime = z.string().meta({ format: 'date-time' });

export const tenantAnswer = z.object({
  id: z.int(),
  path: z.string(),
  tier: z.enum(TIER_NAMES),
  status: tenantStatus,
  status_reason: z.string().optional(),
  source: z.string().describe('`file`: only the identity file changes it. `api`: this interface does.'),
  cell: z.string(),
  version: int64.describe('The ETag holds the same.'),
  updated_at: dateTime,
  erase_at: dateTime.optional().describe('When the rows of a tenant that is marked for deletion are erased.'),
  limits: limitsInForce.describe('In force, with what is inherited.'),
  overrides: limitsSet.describe('What was set for this tenant.'),
  projects: z.array(z.object({ id: int64, path: z.string(), enabled: z.boolean() })),
  storage: z.object({
    bytes: int64.optional().describe('Compressed bytes as last measured.'),
    stage: z.string().describe('`ok`, `soft` (over 80 % of the quota) or `hard`.'),
    ingest_stop_reason: z.string().optional(),
    accept_from: z.string().optional().describe('First UTC day that is accepted; earlier ones were dropped.'),
  }),
});

export const changes = z.array(z.object({ field: z.string(), before: z.unknown(), after: z.unknown() }));
export const storedTables = z.array(z.object({ table: z.string(), rows: int64, bytes: int64 }));

export function toTenantJson({ tenant, overrides, eraseAt, storedBytes, storageStage }: TenantEntry) {
  const iso = (at: Parameters<typeof timestampMs>[0]) => new Date(timestampMs(at)).toISOString();
  const stop = tenant?.ingestStopReason ?? '';
  const day = tenant?.acceptFromDay ?? 0;
  return {
    ...{ id: tenant?.id ?? 0, path: tenant?.path ?? '', tier: nameOf(tenant?.tier) },
    status: statusName(tenant?.status ?? 0),
    ...(tenant?.statusReason && { status_reason: tenant.statusReason }),
    ...{ source: tenant?.source ?? '', cell: tenant?.cell ?? '', version: tenant?.version ?? 0n },
    updated_at: tenant?.updatedAt ? iso(tenant.updatedAt) : new Date(0).toISOString(),
    ...(eraseAt && { erase_at: iso(eraseAt) }),
    ...{ limits: fromMessage(tenant?.limits), overrides: fromMessage(overrides) },
    projects: (tenant?.projects ?? []).map(({ id, path, enabled }) => ({ id, path, enabled })),
    storage: {
      ...(storedBytes !== undefined && { bytes: storedBytes }),
      stage: storageStage,
      ...(stop !== '' && { ingest_stop_reason: stop }),
      ...(day > 0 && { accept_from: new Date(day * 86_400_000).toISOString().slice(0, 10) }),
    },
  };
}

/** Values arrive as JSON text. */
export const toChangesJson = (list: readonly Change[]) =>
  list.map(({ field, before, after }) => ({ field, before: JSON.parse(before), after: JSON.parse(after) }));

export const toTablesJson = (list: readonly Pick<StoredTable, 'table' | 'rows' | 'bytes'>[]) =>
  list.map(({ table, rows, bytes }) => ({ table, rows, bytes }));
