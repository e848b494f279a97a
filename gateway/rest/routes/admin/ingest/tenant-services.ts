import { z } from 'zod';
import { authorizeAdmin } from '../../../../auth/authorize-admin.js';
import type { GatewayContext } from '../../../../context.js';
import { ledgerFields, toLedgerJson } from '../../../format/ingest-json.js';
import { int64 } from '../../../format/schemas.js';
import { definePlainRoute, type PlainRoute } from '../../../http/route.js';
import { sendJson } from '../../../http/send-json.js';
import { orderParam } from '../../../params/ingest-params.js';
import { queryOf, tenantIdOf } from '../params.js';
import { limit, selectionParams, toSelection } from './selection.js';

const query = z.object({ ...selectionParams, limit, order_by: orderParam });
const entry = z.object({ project_id: int64, service_name: z.string(), ...ledgerFields });

export function tenantServicesRoute(context: GatewayContext): PlainRoute {
  return definePlainRoute({
    method: 'GET',
    path: '/v3/admin/tenants/:tenant_id/ingest/services',
    docs: {
      summary: 'Services of a tenant by what they sent, the largest first',
      query,
      answer: z.object({ services: z.array(entry) }),
    },
    handle: async (request, reply) => {
      const call = await authorizeAdmin(context, request, reply);
      const { order_by: order, ...params } = queryOf(query, request);
      const selection = toSelection(tenantIdOf(request), params, context.nowMs());
      const question = { selection, byItems: order === 'items' };
      const { services } = await context.ingestAdmin.listTenantServices(question, call);
      return sendJson(reply, {
        services: services.map((sums) => ({
          ...{ project_id: sums.projectId, service_name: sums.service },
          ...toLedgerJson([sums]),
        })),
      });
    },
  });
}
