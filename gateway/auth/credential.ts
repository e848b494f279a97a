import type { FastifyRequest } from 'fastify';
import { type CloudConnectorHeaders, cloudConnectorHeaders } from '../../lib/auth/cloud-connector-headers.js';
import { presentedToken } from '../../lib/auth/presented-token.js';
import { AppError } from '../../lib/errors/app-error.js';
import { readSessionCookie } from './session-cookie.js';

/** A credential as the gatekeeper's contract takes it. */
export interface Credential {
  readonly form:
    | { readonly case: 'token'; readonly value: string }
    | { readonly case: 'sessionId'; readonly value: string }
    | { readonly case: 'cloudConnector'; readonly value: CloudConnectorHeaders };
}

/**
 * The caller's credential, from the first of: what GitLab presents on its own paths, `PRIVATE-TOKEN`, `Authorization` (Bearer, or Basic with the token as password),
 * the session cookie. Whether it is good, only the gatekeeper knows.
 */
function findCredential(request: FastifyRequest): Credential | undefined {
  const fromGitlab = cloudConnectorHeaders(request.url, (name) => textOf(request.headers[name]));
  if (fromGitlab) return { form: { case: 'cloudConnector', value: fromGitlab } };
  const token = presentedToken((name) => textOf(request.headers[name]));
  if (token !== undefined) return { form: { case: 'token', value: token } };
  // Whoever sends one does not mean the cookie.
  if (request.headers.authorization !== undefined)
    throw new AppError(
      'unauthenticated',
      'The Authorization header cannot be read. Send "Bearer <token>", or Basic with the token as password.',
    );
  const sessionId = readSessionCookie(request);
  return sessionId === undefined ? undefined : { form: { case: 'sessionId', value: sessionId } };
}

/** Like `findCredential`; refuses with `unauthenticated` when there is none. */
export function requireCredential(request: FastifyRequest): Credential {
  const credential = findCredential(request);
  if (credential) return credential;
  throw new AppError(
    'unauthenticated',
    'No credential was sent. Send PRIVATE-TOKEN or Authorization: Bearer, or sign in.',
  );
}

/** Of a header that was sent twice, nobody knows which one is meant: both, which agree with nothing. */
function textOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'object' ? value.join(', ') : value;
}
