import { timestampMs } from '@bufbuild/protobuf/wkt';
import { z } from 'zod';
import { AppError } from '../../../lib/errors/app-error.js';
import { clientAddressOf } from '../../auth/client-address.js';
import { endPreviousSession } from '../../auth/end-previous-session.js';
import { setSessionCookie } from '../../auth/session-cookie.js';
import type { GatewayContext } from '../../context.js';
import type { PlainRoute } from '../http/route.js';
import { sendJson } from '../http/send-json.js';
import { parseInput } from '../params/read-params.js';

const secret = z.string().min(1, 'must not be empty').max(1_024, 'has more than 1024 characters');
const oneTimeToken = z.strictObject({ token: secret });
const password = z.strictObject({ username: secret, password: secret });
const body = z.union([oneTimeToken, password]);
const answer = z.object({ username: z.string(), expires_at: z.string().meta({ format: 'date-time' }) });

/** Not aborted with the client: the token would be used up and nobody have the session. */
export function signInRoute(context: GatewayContext): PlainRoute {
  const { gatekeeper, config } = context;
  return {
    method: 'POST',
    path: '/v1/auth/sign-in',
    docs: { summary: 'Signs a browser in: sets the session cookie', body, answer },
    handle: async (request, reply) => {
      const clientAddress = clientAddressOf(request, context);
      const session = await gatekeeper.signIn({ method: readMethod(request.body), clientAddress });
      await endPreviousSession(request, context);
      setSessionCookie(reply, config, session);
      const result: z.infer<typeof answer> = {
        username: session.username,
        expires_at: new Date(session.expiresAt ? timestampMs(session.expiresAt) : 0).toISOString(),
      };
      return sendJson(reply, result);
    },
  };
}

function readMethod(input: unknown) {
  if (typeof input !== 'object' || input === null)
    throw new AppError(
      'invalid_argument',
      'The body must be JSON with token, or with username and password.',
    );
  if ('token' in input)
    return { case: 'oneTimeToken', value: parseInput(oneTimeToken, input).token } as const;
  return { case: 'password', value: parseInput(password, input) } as const;
}
