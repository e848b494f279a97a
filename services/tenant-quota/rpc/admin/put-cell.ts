import type { ServiceImpl } from '@connectrpc/connect';
import type { TenantAdminService } from '../../../../gen/es/gob/tenantquota/v1/admin_pb.js';
import { AppError } from '../../../../lib/errors/app-error.js';
import { requireAdmin } from '../../../../lib/rpc/caller.js';
import { cellAddress, DEFAULT_SERVICE, serviceOf } from '../../../../lib/store/cell-address.js';
import type { TenantQuotaContext } from '../../context.js';
import { tenantsByCell } from '../../provisioning/place.js';
import type { CellRecord } from '../../registry/tenant-record.js';
import { toCellMessage } from './list-cells.js';

/** Short enough for `gob_cell_<name>` to be an identifier. */
const NAME = /^[a-z][a-z0-9_]{0,39}$/;

/** The database is made before the cell is registered, so that no tenant is ever placed in one that does not work. */
export function putCell({
  registry,
  writer,
  keeper,
  cells,
  services,
}: TenantQuotaContext): ServiceImpl<typeof TenantAdminService>['putCell'] {
  return async ({ name, dedicatedTenantId, dryRun, service: named }, context) => {
    const actor = requireAdmin(context);
    if (!NAME.test(name))
      throw new AppError(
        'invalid_argument',
        `name must be a letter and up to 39 more lower-case letters, digits and underscores, got "${name.slice(0, 60)}".`,
        { field: 'name' },
      );
    const known = registry.cell(name);
    const service = named || (known ? serviceOf(known.database) : DEFAULT_SERVICE);
    requireService(service, services);
    const database = cellAddress({ database: `gob_cell_${name}`, service });
    // Before anything is made: the same database on two services would be two cells of one name.
    if (known && known.database !== database) throw isElsewhere(known);
    const wanted = { name, database, dedicatedTenantId, version: 0 };
    const { steps } = await cells.migrate(wanted, { signal: context.signal, dryRun });
    const cell = dryRun ? wanted : await writer.addCell(wanted, actor, context.signal);
    if (!dryRun) await keeper.refresh(context.signal);
    return {
      cell: toCellMessage(cell, tenantsByCell(registry)),
      statements: steps.map(({ sql }) => sql),
    };
  };
}

function requireService(name: string, services: TenantQuotaContext['services']): void {
  if (services.has(name)) return;
  const known = services.names.join(', ');
  throw new AppError(
    'invalid_argument',
    `service: tenant-quota knows no ClickHouse service "${name.slice(0, 60)}", only ${known}. Add it to the file that CLICKHOUSE_SERVICES_FILE names, for tenant-quota, query and the receivers alike.`,
    { field: 'service' },
  );
}

function isElsewhere({ name, database }: CellRecord): AppError {
  const message = `The cell ${name} is on the ClickHouse service ${serviceOf(database)}; make one of another name and move its tenants there.`;
  return new AppError('conflict', message, { field: 'service' });
}
