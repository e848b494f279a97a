import type { ServiceImpl } from '@connectrpc/connect';
import type { TenantAdminService } from '../../../../gen/es/gob/tenantquota/v1/admin_pb.js';
import { AppError } from '../../../../lib/errors/app-error.js';
import { requireAdmin } from '../../../../lib/rpc/caller.js';
import type { TenantQuotaContext } from '../../context.js';
import { tenantsByCell } from '../../provisioning/place.js';

/** Short enough for `gob_cell_<name>` to be an identifier. */
const NAME = /^[a-z][a-z0-9_]{0,39}$/;

/** The database is made before the cell is registered, so that no tenant is ever placed in one that does not work. */
export function putCell({
  registry,
  writer,
  keeper,
  cells,
}: TenantQuotaContext): ServiceImpl<typeof TenantAdminService>['putCell'] {
  return async ({ name, dedicatedTenantId, dryRun }, context) => {
    const actor = requireAdmin(context);
    if (!NAME.test(name))
      throw new AppError(
        'invalid_argument',
        `name must be a letter and up to 39 more lower-case letters, digits and underscores, got "${name.slice(0, 60)}".`,
        { field: 'name' },
      );
    const wanted = { name, database: `gob_cell_${name}`, dedicatedTenantId, version: 0 };
    const { steps } = await cells.migrate(wanted, { signal: context.signal, dryRun });
    const cell = dryRun ? wanted : await writer.addCell(wanted, actor, context.signal);
    if (!dryRun) await keeper.refresh(context.signal);
    return {
      cell: {
        name,
        database: cell.database,
        dedicatedTenantId,
        tenants: tenantsByCell(registry).get(name) ?? 0,
      },
      statements: steps.map(({ sql }) => sql),
    };
  };
}
