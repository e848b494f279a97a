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
/** Data that is nobody's. */
const noTenant = () => 0;

export const tenantRejectsRoute = (context: GatewayContext): PlainRoute =>
  definePlainRoute({
    method: 'GET',
    path: '/v3/admin/tenants/:tenant_id/ingest/rejects',
    docs: { summary: 'What was refused of a tenant and why, the latest first', query, answer },
    handle: (request, reply) => rejectsOf(context, tenantIdOf, { request, reply }),
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
    handle: (request, reply) => rejectsOf(context, noTenant, { request, reply }),
  });

type Exchange = {
  readonly request: Parameters<PlainRoute['handle']>[0];
  readonly reply: Parameters<PlainRoute['handle']>[1];
};

/** Who may ask is decided before what is asked is looked at. */
async function rejectsOf(
  context: GatewayContext,
  tenantOf: (request: Exchange['request']) => number,
  { request, reply }: Exchange,
) {
  const call = await authorizeAdmin(context, request, reply);
  const selection = toSelection(tenantOf(request), queryOf(query, request), context.nowMs());
  const { rejects } = await context.ingestAdmin.listTenantRejects({ selection }, call);
  return sendJson(reply, { rejects: rejects.map(toRejectJson) });
}
