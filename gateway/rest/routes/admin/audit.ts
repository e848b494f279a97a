import { timestampMs } from '@bufbuild/protobuf/wkt';
import { z } from 'zod';
import type { AuditEntry } from '../../../../gen/es/gob/tenantquota/v1/admin_pb.js';
import { authorizeAdmin } from '../../../auth/authorize-admin.js';
import type { GatewayContext } from '../../../context.js';
import { int64 } from '../../format/schemas.js';
import { definePlainRoute, type PlainRoute } from '../../http/route.js';
import { sendJson } from '../../http/send-json.js';
import { pageSize, queryOf, tenantFilter } from './params.js';

const query = z.object({ tenant_id: tenantFilter, page_size: pageSize });
const entry = z.object({
  ...{ at: z.string().meta({ format: 'date-time' }), actor: z.string(), action: z.string() },
  tenant_id: z.int().optional().describe('Absent when it is about everybody.'),
  ...{ cell: z.string().optional(), table: z.string().optional(), day: z.string().optional() },
  ...{ reason: z.string().optional(), rows: int64.optional(), bytes: int64.optional() },
});
const answer = z.object({ entries: z.array(entry) });

export function auditRoute(context: GatewayContext): PlainRoute {
  return definePlainRoute({
    method: 'GET',
    path: '/v3/admin/audit',
    docs: { summary: 'Who changed what, and what was dropped and why; newest first', query, answer },
    handle: async (request, reply) => {
      const call = await authorizeAdmin(context, request, reply);
      const { tenant_id: tenantId, page_size: size } = queryOf(query, request);
      const { entries } = await context.admin.listAudit({ tenantId, pageSize: size }, call);
      return sendJson(reply, { entries: entries.map(toJson) });
    },
  });
}

function toJson({ at, actor, action, tenantId, cell, table, day, reason, rows, bytes }: AuditEntry) {
  return {
    ...{ at: new Date(at ? timestampMs(at) : 0).toISOString(), actor, action },
    ...(tenantId > 0 && { tenant_id: tenantId }),
    ...(cell && { cell }),
    ...(table && { table }),
    ...(day && { day }),
    ...(reason && { reason }),
    ...(table && { rows, bytes }),
  };
}
