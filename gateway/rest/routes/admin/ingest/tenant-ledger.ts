import { z } from 'zod';
import { authorizeAdmin } from '../../../../auth/authorize-admin.js';
import type { GatewayContext } from '../../../../context.js';
import { groupBy, ledgerFields, toLedgerJson } from '../../../format/ingest-json.js';
import { int64 } from '../../../format/schemas.js';
import { definePlainRoute, type PlainRoute } from '../../../http/route.js';
import { sendJson } from '../../../http/send-json.js';
import { queryOf, tenantIdOf } from '../params.js';
import { selectionParams, toSelection } from './selection.js';

const query = z.object(selectionParams);
const entry = z.object({ project_id: int64, signal: z.string(), ...ledgerFields });

export function tenantLedgerRoute(context: GatewayContext): PlainRoute {
  return definePlainRoute({
    method: 'GET',
    path: '/v3/admin/tenants/:tenant_id/ingest/ledger',
    docs: {
      summary: 'What became of everything that a tenant sent, by project and signal',
      query,
      answer: z.object({ projects: z.array(entry) }),
    },
    handle: async (request, reply) => {
      const call = await authorizeAdmin(context, request, reply);
      const selection = toSelection(tenantIdOf(request), queryOf(query, request), context.nowMs());
      const { sums } = await context.ingestAdmin.getTenantLedger({ selection }, call);
      const groups = groupBy(sums, ({ projectId, signal }) => `${projectId} ${signal}`);
      const projects = groups.map(([, group]) => ({
        ...{ project_id: group[0]?.projectId ?? 0n, signal: group[0]?.signal ?? '' },
        ...toLedgerJson(group),
      }));
      return sendJson(reply, { projects });
    },
  });
}
