import { z } from 'zod';
import { authorizeAdmin } from '../../../../auth/authorize-admin.js';
import type { GatewayContext } from '../../../../context.js';
import { rejectJson, toRejectJson } from '../../../format/ingest-json.js';
import { definePlainRoute, type PlainRoute } from '../../../http/route.js';
import { sendJson } from '../../../http/send-json.js';
import { queryOf, tenantIdOf } from '../params.js';
import { limit, selectionParams, toSelection } from './selection.js';

const query = z.object({ ...selectionParams, limit });
const answer = z.object({ rejects: z.array(rejectJson) });
/** Stands for nobody. */
const NO_TENANT = 0;

export const tenantRejectsRoute = (context: GatewayContext): PlainRoute =>
  definePlainRoute({
    method: 'GET',
    path: '/v3/admin/tenants/:tenant_id/ingest/rejects',
    docs: { summary: 'What was refused of a tenant and why, the latest first', query, answer },
    handle: (request, reply) => rejectsOf(context, tenantIdOf(request), { request, reply }),
  });

export const turnedAwayRoute = (context: GatewayContext): PlainRoute =>
  definePlainRoute({
    method: 'GET',
    path: '/v3/admin/ingest/turned-away',
    docs: {
      summary: 'What was turned away before it was known whose it is, the latest first',
      query,
      answer,
    },
    handle: (request, reply) => rejectsOf(context, NO_TENANT, { request, reply }),
  });

type Exchange = {
  readonly request: Parameters<PlainRoute['handle']>[0];
  readonly reply: Parameters<PlainRoute['handle']>[1];
};

async function rejectsOf(context: GatewayContext, tenantId: number, { request, reply }: Exchange) {
  const selection = toSelection(tenantId, queryOf(query, request), context.nowMs());
  const call = await authorizeAdmin(context, request, reply);
  const { rejects } = await context.ingestAdmin.listTenantRejects({ selection }, call);
  return sendJson(reply, { rejects: rejects.map(toRejectJson) });
}
