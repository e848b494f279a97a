import { AppError } from '../../../../lib/errors/app-error.js';
import { authorizeAdmin } from '../../../auth/authorize-admin.js';
import type { GatewayContext } from '../../../context.js';
import { definePlainRoute, type PlainRoute } from '../../http/route.js';
import { sendJson } from '../../http/send-json.js';
import { tenantIdOf } from './params.js';
import { setETag } from './preconditions.js';
import { tenantAnswer, toTenantJson } from './tenant-json.js';

export function getTenantRoute(context: GatewayContext): PlainRoute {
  return definePlainRoute({
    method: 'GET',
    path: '/v3/admin/tenants/:tenant_id',
    docs: { summary: 'One tenant; its version is the ETag', answer: tenantAnswer },
    handle: async (request, reply) => {
      const call = await authorizeAdmin(context, request, reply);
      const tenantId = tenantIdOf(request);
      const { entry } = await context.admin.getTenantEntry({ tenantId }, call);
      if (!entry) throw new AppError('not_found', `There is no tenant ${tenantId}.`);
      setETag(reply, entry.tenant?.version);
      return sendJson(reply, toTenantJson(entry));
    },
  });
}
