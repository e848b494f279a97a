import { authorizeProject } from '../../../auth/authorize-admin.js';
import type { GatewayContext } from '../../../context.js';
import { definePlainRoute, type PlainRoute } from '../../http/route.js';

export function disableProjectRoute(context: GatewayContext): PlainRoute {
  return definePlainRoute({
    method: 'DELETE',
    path: '/v3/tenant/:project_id',
    docs: { summary: 'Switches observability off for a project; what is stored stays for its retention' },
    handle: async (request, reply) => {
      const { call } = await authorizeProject(context, { request, reply });
      await context.provisioning.disableProject({}, call);
      return reply.code(204).send();
    },
  });
}
