import { type JsonRecord, readList, readNumber, readRecord, readText } from './decode.js';
import { request } from './request.js';

export interface Project {
  readonly id: number;
  readonly path: string;
}

export interface Session {
  readonly username: string;
  readonly projects: readonly Project[];
}

/** A one-time token from a sign-in link, or a name with its password. */
export type Credential =
  | { readonly token: string }
  | { readonly username: string; readonly password: string };

function toSession(reply: unknown): Session {
  const body = readRecord(reply, 'the session');
  const toProject = (item: JsonRecord): Project => ({
    id: readNumber(item, 'id'),
    path: readText(item, 'path'),
  });
  return { username: readText(body, 'username'), projects: readList(body, 'projects').map(toProject) };
}

/** Who is signed in. A 401 is thrown to the caller and sends nobody to the sign-in page. */
export function fetchSession(): Promise<Session> {
  return request('/v1/session', { decode: toSession, expectsUnauthorized: true });
}

export function postSignIn(credential: Credential): Promise<void> {
  return request('/v1/auth/sign-in', {
    method: 'POST',
    body: credential,
    decode: () => undefined,
    expectsUnauthorized: true,
  });
}

export function postSignOut(): Promise<void> {
  return request('/v1/auth/sign-out', { method: 'POST', decode: () => undefined, expectsUnauthorized: true });
}
