import type { FastifyReply, FastifyRequest } from 'fastify';
import { toAppError } from '../../../lib/errors/connect.js';
import { clientAddressOf } from '../../auth/client-address.js';
import { endPreviousSession } from '../../auth/end-previous-session.js';
import { setSessionCookie, takeSignInCookie } from '../../auth/session-cookie.js';
import { sendSignInPage } from '../../auth/sign-in-page.js';
import type { GatewayContext } from '../../context.js';
import type { PlainRoute } from '../http/route.js';

/** Not aborted with the client: the code would be used up and nobody have the session. */
export function authCallbackRoute(context: GatewayContext): PlainRoute {
  const { browsers, config } = context;
  return {
    method: 'GET',
    path: '/v1/auth/callback',
    docs: { summary: 'Where GitLab sends the browser back: sets the session cookie, posts AUTH_COMPLETION' },
    handle: async (request, reply) => {
      const binding = takeSignInCookie(request, reply, config);
      try {
        const query = request.url.split('?').slice(1).join('?');
        const clientAddress = clientAddressOf(request, context);
        const session = await browsers.completeSignIn({ query, binding, clientAddress });
        await endPreviousSession(request, context);
        setSessionCookie(reply, config, session);
        return sendSignInPage(reply, config, { type: 'AUTH_COMPLETION', status: 'success' });
      } catch (error) {
        return sendFailedSignIn(error, { request, reply, context });
      }
    },
  };
}

interface Failed {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly context: GatewayContext;
}

/** GitLab's page waits until it is told, so every failure is a page that tells it. */
export function sendFailedSignIn(thrown: unknown, { request, reply, context }: Failed): FastifyReply {
  const { message, httpStatus: statusCode, code, cause } = toAppError(thrown);
  if (code === 'internal') context.logger.error({ err: cause, requestId: request.id }, 'sign-in failed');
  return sendSignInPage(reply, context.config, {
    type: 'AUTH_COMPLETION',
    status: 'error',
    message,
    statusCode,
  });
}
