import type { CellRecord } from '../registry/tenant-record.js';
import type { TenantRegistry, TenantView } from '../registry/tenant-registry.js';
import type { TenantPolicy } from './plan.js';
import { acceptFromDayOf } from './storage-states.js';

/** Tenants whose rows are in a cell, with what holds for them. */
export function viewsOfCell(registry: TenantRegistry, cell: CellRecord): readonly TenantView[] {
  return registry.all().filter(({ record }) => record.cell === cell.name);
}

export function policyOf(view: TenantView): TenantPolicy {
  const { record, limits } = view;
  return {
    tenantId: record.tenantId,
    retentionDays: {
      traces: limits.tracesRetentionDays,
      metrics: limits.metricsRetentionDays,
      logs: limits.logsRetentionDays,
    },
    storageBytes: limits.storageBytes,
    acceptFromDay: acceptFromDayOf(view),
  };
}

/** Changes with whatever a plan rests on: which tenants the cell has, and what holds for each, be it its own or its tier's. */
export function policyMark(views: readonly TenantView[]): string {
  return JSON.stringify(
    views.map((view) => {
      const { tenantId, retentionDays, storageBytes } = policyOf(view);
      return [tenantId, view.record.version, retentionDays, storageBytes];
    }),
  );
}
