import { z } from 'zod';
import { authorizeAdmin } from '../../../auth/authorize-admin.js';
import type { GatewayContext } from '../../../context.js';
import { int64 } from '../../format/schemas.js';
import { definePlainRoute, type PlainRoute } from '../../http/route.js';
import { sendJson } from '../../http/send-json.js';
import { queryOf, tenantFilter } from './params.js';

const query = z.object({ tenant_id: tenantFilter });
const step = z.object({
  ...{ cell: z.string(), table: z.string(), day: z.string(), action: z.string(), reason: z.string() },
  ...{ tenant_ids: z.array(z.int()), rows: int64, bytes: int64 },
});
const answer = z.object({
  steps: z.array(step),
  stopped_tenant_ids: z
    .array(z.int())
    .describe('Whose ingest would be stopped: today alone is over their quota.'),
});

export function retentionPlanRoute(context: GatewayContext): PlainRoute {
  return definePlainRoute({
    method: 'GET',
    path: '/v3/admin/retention/plan',
    docs: { summary: 'What the retention loop would drop now', query, answer },
    handle: async (request, reply) => {
      const call = await authorizeAdmin(context, request, reply);
      const { tenant_id: tenantId } = queryOf(query, request);
      const { steps, stoppedTenantIds } = await context.admin.planRetention({ tenantId }, call);
      return sendJson(reply, {
        steps: steps.map(({ cell, table, day, action, reason, tenantIds, rows, bytes }) => ({
          ...{ cell, table, day, action, reason, tenant_ids: tenantIds, rows, bytes },
        })),
        stopped_tenant_ids: stoppedTenantIds,
      });
    },
  });
}
