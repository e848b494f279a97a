import { z } from 'zod';
import { clientAddressOf } from '../../auth/client-address.js';
import { requireCredential } from '../../auth/credential.js';
import type { GatewayContext } from '../../context.js';
import { int64 } from '../format/schemas.js';
import { clientGone } from '../http/client-gone.js';
import type { PlainRoute } from '../http/route.js';
import { sendJson } from '../http/send-json.js';

const answer = z.object({
  username: z.string(),
  projects: z
    .array(z.object({ id: int64, path: z.string() }))
    .describe('Projects whose telemetry the caller may read.'),
});

export function sessionRoute(context: GatewayContext): PlainRoute {
  return {
    method: 'GET',
    path: '/v1/session',
    docs: { summary: 'Who the caller is and what it may read', answer },
    handle: async (request, reply) => {
      const credential = requireCredential(request);
      const { username, projects } = await context.gatekeeper.getSession(
        { credential, clientAddress: clientAddressOf(request, context) },
        { signal: clientGone(reply) },
      );
      const body: z.infer<typeof answer> = {
        username,
        projects: projects.map(({ id, path }) => ({ id, path })),
      };
      return sendJson(reply, body);
    },
  };
}
