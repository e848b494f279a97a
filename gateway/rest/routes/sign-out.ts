import { clearSessionCookie, readSessionCookie } from '../../auth/session-cookie.js';
import type { GatewayContext } from '../../context.js';
import type { PlainRoute } from '../http/route.js';

export function signOutRoute({ gatekeeper, config }: GatewayContext): PlainRoute {
  return {
    method: 'POST',
    path: '/v1/auth/sign-out',
    docs: { summary: "Ends the browser's session and clears its cookie; succeeds without one" },
    handle: async (request, reply) => {
      const sessionId = readSessionCookie(request);
      if (sessionId !== undefined) await gatekeeper.signOut({ sessionId });
      clearSessionCookie(reply, config);
      return reply.code(204).send();
    },
  };
}
