import type { ServiceImpl } from '@connectrpc/connect';
import type { TenantAdminService } from '../../../../gen/es/gob/tenantquota/v1/admin_pb.js';
import { AppError } from '../../../../lib/errors/app-error.js';
import { requireAdmin } from '../../../../lib/rpc/caller.js';
import type { TenantQuotaContext } from '../../context.js';
import { tablesOfTenant } from '../../provisioning/tenant-tables.js';
import { requireOwnRecord } from '../../registry/stored/set-tenant.js';
import { stateOf, type TenantRecord, type TenantState } from '../../registry/tenant-record.js';
import { requireTenant } from '../require-tenant.js';
import { expectedVersion, requireTenantId, toEntry } from './entry.js';

/** A year; whoever wants longer wants to switch the tenant off rather than to delete it. */
const MAX_GRACE_SECONDS = 366 * 86_400;

export function deleteTenant(
  tenantQuota: TenantQuotaContext,
): ServiceImpl<typeof TenantAdminService>['deleteTenant'] {
  const { registry, writer, keeper, store, storage } = tenantQuota;
  return async (request, context) => {
    const actor = requireAdmin(context);
    const tenantId = requireTenantId(request.tenantId);
    const { cell } = requireTenant(registry, tenantId);
    const eraseAtMs = Date.now() + 1_000 * graceSeconds(request.graceSeconds);
    const change = {
      ...{ actor, action: 'delete_tenant', tenantId, dryRun: request.dryRun },
      expectedVersion: expectedVersion(request.expectedVersion),
      apply: (before: TenantRecord | undefined) => marked(before, tenantId, eraseAtMs),
    };
    const { after } = await writer.changeTenant(change, context.signal);
    if (!request.dryRun) await keeper.refresh(context.signal);
    const tables = cell ? await tablesOfTenant(store, cell, tenantId, context.signal) : [];
    return {
      entry: toEntry(registry.preview(after), storage.bytesOf(tenantId)),
      tables: tables.map(({ table, rows, bytes }) => ({ table, rows: BigInt(rows), bytes: BigInt(bytes) })),
    };
  };
}

function graceSeconds(requested: bigint): number {
  if (requested <= BigInt(MAX_GRACE_SECONDS)) return Number(requested);
  throw new AppError(
    'invalid_argument',
    `grace_seconds must be at most ${MAX_GRACE_SECONDS}, got ${requested}.`,
    {
      field: 'grace_seconds',
    },
  );
}

/** Asked for again, the earlier time holds. */
function marked(before: TenantRecord | undefined, tenantId: number, eraseAtMs: number): TenantState {
  if (!before || before.status === 'deleted')
    throw new AppError('not_found', `There is no tenant ${tenantId}.`);
  if (before.status === 'deleting' && before.eraseAtMs <= eraseAtMs) return stateOf(before);
  requireOwnRecord(before);
  return { ...stateOf(before), status: 'deleting', statusReason: 'marked for deletion', eraseAtMs };
}
