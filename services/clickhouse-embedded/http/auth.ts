import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ClickHouseException } from '../clickhouse-exception.js';
import { headerOf } from './query-request.js';

export interface Account {
  readonly user: string;
  /** Undefined: no password is asked for. */
  readonly password: string | undefined;
}

interface Credentials {
  readonly user: string;
  readonly password: string;
}

/**
 * Lets a request in when it carries the account's name and password, in any of the three ways of ClickHouse. Without
 * a password, requests that a web page makes are still refused: a browser on this machine reaches loopback too.
 * @throws ClickHouseException 516 when the request may not enter
 */
export function authenticate(request: IncomingMessage, url: URL, account: Account): void {
  if (account.password === undefined) {
    refuseBrowsers(request, url);
    return;
  }
  const given = credentialsOf(request, url);
  // Both are compared always, so that timing does not tell which one was wrong.
  const isUser = isSame(given.user, account.user);
  const isPassword = isSame(given.password, account.password);
  if (isUser && isPassword) return;
  const message = `${given.user}: Authentication failed: password is incorrect, or there is no user with such name`;
  throw new ClickHouseException(516, 'AUTHENTICATION_FAILED', message);
}

function refuseBrowsers(request: IncomingMessage, url: URL): void {
  const site = headerOf(request, 'sec-fetch-site');
  const isPage = request.headers.origin !== undefined || (site !== undefined && site !== 'none');
  // A page may have made its own name point at 127.0.0.1; then the Host header shows that name.
  const isLocalName = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/i.test(url.hostname);
  if (!isPage && isLocalName) return;
  const message =
    'default: Authentication failed: requests from web pages need a password, and none is configured';
  throw new ClickHouseException(516, 'AUTHENTICATION_FAILED', message);
}

function credentialsOf(request: IncomingMessage, url: URL): Credentials {
  const user = headerOf(request, 'x-clickhouse-user');
  const key = headerOf(request, 'x-clickhouse-key');
  if (user !== undefined || key !== undefined) return { user: user ?? 'default', password: key ?? '' };
  const basic = /^Basic\s+([A-Za-z0-9+/=_-]+)$/i.exec(headerOf(request, 'authorization') ?? '')?.[1];
  if (basic !== undefined) return splitBasic(Buffer.from(basic, 'base64').toString('utf8'));
  return {
    user: url.searchParams.get('user') ?? 'default',
    password: url.searchParams.get('password') ?? '',
  };
}

function splitBasic(text: string): Credentials {
  const colon = text.indexOf(':');
  return colon === -1
    ? { user: text, password: '' }
    : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Hashing makes both sides equally long, which the comparison needs. */
function isSame(left: string, right: string): boolean {
  return timingSafeEqual(sha256(left), sha256(right));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
