import { AppError } from '../../../lib/errors/app-error.js';
import type { TenantRegistry, TenantView } from '../registry/tenant-registry.js';

/** Throws `not_found` for one that does not exist or was erased. */
export function requireTenant(registry: TenantRegistry, tenantId: number): TenantView {
  const view = registry.tenant(tenantId);
  if (view) return view;
  throw new AppError('not_found', `There is no tenant ${tenantId}.`, { field: 'tenant_id' });
}
