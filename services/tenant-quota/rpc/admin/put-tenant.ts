import type { ServiceImpl } from '@connectrpc/connect';
import type { PutTenantRequest, TenantAdminService } from '../../../../gen/es/gob/tenantquota/v1/admin_pb.js';
import { AppError } from '../../../../lib/errors/app-error.js';
import { requireAdmin } from '../../../../lib/rpc/caller.js';
import type { TenantQuotaContext } from '../../context.js';
import { placeTenant } from '../../provisioning/place.js';
import { setTenant, type TenantSettings } from '../../registry/stored/set-tenant.js';
import type { TenantRecord } from '../../registry/tenant-record.js';
import { expectedVersion, fromOverrides, fromTier, requireTenantId, toEntry } from './entry.js';

export function putTenant(
  tenantQuota: TenantQuotaContext,
): ServiceImpl<typeof TenantAdminService>['putTenant'] {
  const { registry, writer, keeper, storage } = tenantQuota;
  return async (request, context) => {
    const actor = requireAdmin(context);
    const settings = toSettings(request);
    const { tenantId } = settings;
    registry.all();
    const change = {
      ...{ actor, action: 'put_tenant', tenantId, dryRun: request.dryRun },
      expectedVersion: expectedVersion(request.expectedVersion),
      apply: (before: TenantRecord | undefined) => {
        if (request.mustNotExist && isThere(before)) throw exists(tenantId);
        return setTenant(before, settings, () => placeTenant(registry, tenantId).name);
      },
    };
    const { before, after, changes } = await writer.changeTenant(change, context.signal);
    if (!request.dryRun && changes.length > 0) await keeper.refresh(context.signal);
    const entry = toEntry(registry.preview(after), storage.bytesOf(tenantId));
    return { entry, changes: [...changes], created: !isThere(before) };
  };
}

const isThere = (record: TenantRecord | undefined): boolean =>
  record !== undefined && record.status !== 'deleted';

function exists(tenantId: number): AppError {
  return new AppError('precondition_failed', `Tenant ${tenantId} exists already.`, {
    field: 'If-None-Match',
  });
}

function toSettings(request: PutTenantRequest): TenantSettings {
  return {
    tenantId: requireTenantId(request.tenantId),
    path: request.path,
    tier: fromTier(request.tier),
    limits: fromOverrides(request.limits),
    projects: request.projects?.projects.map(({ id, path, enabled }) => ({ projectId: id, path, enabled })),
  };
}
