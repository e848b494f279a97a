import type { CellRecord } from '../registry/tenant-record.js';
import type { TenantRegistry } from '../registry/tenant-registry.js';
import { DEFAULT_CELL } from './cells.js';

/** The cell for a new tenant: the one kept for it, else the shared one with the fewest tenants, the default cell first. */
export function placeTenant(registry: TenantRegistry, tenantId: number): CellRecord {
  const own = registry.cells.find(({ dedicatedTenantId }) => dedicatedTenantId === tenantId);
  if (own) return own;
  const load = tenantsByCell(registry);
  const shared = registry.cells.filter(({ dedicatedTenantId }) => dedicatedTenantId === 0);
  const weight = ({ name }: CellRecord) => (load.get(name) ?? 0) - (name === DEFAULT_CELL.name ? 0.5 : 0);
  return shared.reduce(
    (best, cell) => (weight(cell) < weight(best) ? cell : best),
    shared[0] ?? DEFAULT_CELL,
  );
}

/** Tenants in each cell, by the cell's name. */
export function tenantsByCell(registry: TenantRegistry): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { record } of registry.all()) counts.set(record.cell, (counts.get(record.cell) ?? 0) + 1);
  return counts;
}
