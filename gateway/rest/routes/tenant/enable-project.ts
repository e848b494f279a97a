import type { z } from 'zod';
import { AppError } from '../../../../lib/errors/app-error.js';
import { authorizeProject } from '../../../auth/authorize-admin.js';
import type { GatewayContext } from '../../../context.js';
import { definePlainRoute, type PlainRoute } from '../../http/route.js';
import { sendJson } from '../../http/send-json.js';
import { provisioningAnswer, statusName } from './status.js';

/** GitLab takes any 2xx for "switched on" and does not ask again, so a failure must not be one. */
export function enableProjectRoute(context: GatewayContext): PlainRoute {
  return definePlainRoute({
    method: 'PUT',
    path: '/v3/tenant/:project_id',
    docs: {
      summary: 'Switches observability on for a project, and sets its tenant up if it is the first',
      answer: provisioningAnswer,
    },
    handle: async (request, reply) => {
      const { call, projectPath, tenantPath } = await authorizeProject(context, { request, reply });
      const { status, reason } = await context.provisioning.enableProject({ projectPath, tenantPath }, call);
      const name = statusName(status);
      if (name === 'failed') throw new AppError('unavailable', `The tenant could not be set up: ${reason}`);
      const body: z.infer<typeof provisioningAnswer> = { status: name };
      return sendJson(reply, body);
    },
  });
}
