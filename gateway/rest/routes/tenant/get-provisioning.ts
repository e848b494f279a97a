import type { z } from 'zod';
import { Action } from '../../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { authorizeProject } from '../../../auth/authorize-admin.js';
import type { GatewayContext } from '../../../context.js';
import { definePlainRoute, type PlainRoute } from '../../http/route.js';
import { sendJson } from '../../http/send-json.js';
import { provisioningAnswer, statusName } from './status.js';

export function getProvisioningRoute(context: GatewayContext): PlainRoute {
  return definePlainRoute({
    method: 'GET',
    path: '/v3/tenant/:project_id',
    docs: {
      summary: 'Whether observability is switched on for a project; 404 when not',
      answer: provisioningAnswer,
    },
    handle: async (request, reply) => {
      const { call } = await authorizeProject(context, { request, reply, action: Action.READ });
      const { status, reason } = await context.provisioning.getProvisioning({}, call);
      const body: z.infer<typeof provisioningAnswer> = {
        status: statusName(status),
        ...(reason !== '' && { reason }),
      };
      return sendJson(reply, body);
    },
  });
}
