import { z } from 'zod';
import { authorizeAdmin } from '../../../auth/authorize-admin.js';
import type { GatewayContext } from '../../../context.js';
import { definePlainRoute, type PlainRoute } from '../../http/route.js';
import { sendJson } from '../../http/send-json.js';
import { pageSize, queryOf } from './params.js';
import { tenantAnswer, toTenantJson } from './tenant-json.js';

const query = z.object({ page_size: pageSize, page_token: z.string().default('').describe('Opaque.') });
const answer = z.object({ tenants: z.array(tenantAnswer), next_page_token: z.string().optional() });

export function listTenantsRoute(context: GatewayContext): PlainRoute {
  return definePlainRoute({
    method: 'GET',
    path: '/v3/admin/tenants',
    docs: { summary: 'All tenants, by id', query, answer },
    handle: async (request, reply) => {
      const call = await authorizeAdmin(context, request, reply);
      const { page_size, page_token } = queryOf(query, request);
      const page = { pageSize: page_size, pageToken: page_token };
      const { entries, nextPageToken } = await context.admin.listTenantEntries(page, call);
      return sendJson(reply, {
        tenants: entries.map(toTenantJson),
        ...(nextPageToken !== '' && { next_page_token: nextPageToken }),
      });
    },
  });
}
