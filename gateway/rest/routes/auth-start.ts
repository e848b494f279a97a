import { clientAddressOf } from '../../auth/client-address.js';
import { setSignInCookie } from '../../auth/session-cookie.js';
import type { GatewayContext } from '../../context.js';
import type { PlainRoute } from '../http/route.js';
import { sendFailedSignIn } from './auth-callback.js';

export function authStartRoute(context: GatewayContext): PlainRoute {
  const { browsers, config } = context;
  return {
    method: 'GET',
    path: '/v1/auth/start',
    docs: {
      summary: 'Sends a browser to GitLab to sign in; a page that posts AUTH_COMPLETION where that cannot be',
    },
    handle: async (request, reply) => {
      try {
        const started = await browsers.startSignIn({ clientAddress: clientAddressOf(request, context) });
        setSignInCookie(reply, config, started);
        return reply.redirect(started.authorizationUrl, 302);
      } catch (error) {
        return sendFailedSignIn(error, { request, reply, context });
      }
    },
  };
}
