import { z } from 'zod';
import { AppError } from '../../../../lib/errors/app-error.js';
import { authorizeAdmin } from '../../../auth/authorize-admin.js';
import type { GatewayContext } from '../../../context.js';
import { definePlainRoute, type PlainRoute } from '../../http/route.js';
import { sendJson } from '../../http/send-json.js';
import { dryRun, graceSeconds, queryOf, tenantIdOf } from './params.js';
import { preconditionsOf } from './preconditions.js';
import { storedTables, tenantAnswer, toTablesJson, toTenantJson } from './tenant-json.js';

const query = z.object({ grace_seconds: graceSeconds, dry_run: dryRun });
const answer = z.object({ tenant: tenantAnswer, tables: storedTables.describe('What there is to erase.') });

export function deleteTenantRoute(context: GatewayContext): PlainRoute {
  return definePlainRoute({
    method: 'DELETE',
    path: '/v3/admin/tenants/:tenant_id',
    docs: {
      summary:
        'Shuts a tenant out at once and erases its rows after a grace period, within which PUT restores it',
      ...{ query, answer },
    },
    handle: async (request, reply) => {
      const call = await authorizeAdmin(context, request, reply);
      const tenantId = tenantIdOf(request);
      const params = queryOf(query, request);
      const { expectedVersion } = preconditionsOf(request);
      const { entry, tables } = await context.admin.deleteTenant(
        { tenantId, graceSeconds: BigInt(params.grace_seconds), dryRun: params.dry_run, expectedVersion },
        call,
      );
      if (!entry) throw new AppError('internal', 'Internal error.');
      return sendJson(reply, { tenant: toTenantJson(entry), tables: toTablesJson(tables) });
    },
  });
}
