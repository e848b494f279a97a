import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../../../lib/errors/app-error.js';

/** The request that a proxy asks about. */
export interface OriginalRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Of the body, where the proxy says; 1 where it does not. */
  readonly bytes: number;
  /** Of the client, as the proxy sees it; empty where it does not say. */
  readonly clientAddress: string;
}

export const FORWARD_AUTH_PATH = '/v1/auth/request';

/** Bytes that servers read differently, or not as a path at all. */
const ODD_BYTES = /\\|%5c|%00|%25(?:2e|2f|5c)|[^\x21-\x7e]/i;

/**
 * What the proxy says of the original request: NGINX in `X-Original-Method` and `X-Original-URI`, Traefik in `X-Forwarded-*`, Envoy
 * by putting the path behind ours. A proxy passes on what clients send under the names that it does not use itself, so all
 * that are there must say the same.
 */
export function originalRequest(method: string, url: string, headers: IncomingHttpHeaders): OriginalRequest {
  const behind = pathOf(url).slice(FORWARD_AUTH_PATH.length);
  const isEnvoy = behind !== '' && behind !== '/';
  const methods = [
    isEnvoy ? method : undefined,
    text(headers, 'x-original-method'),
    text(headers, 'x-forwarded-method'),
  ];
  const uris = [
    isEnvoy ? behind : undefined,
    text(headers, 'x-original-uri'),
    text(headers, 'x-forwarded-uri'),
  ];
  const path = sole(
    'path',
    uris.map((uri) => uri && pathOf(uri)),
  );
  if (isAmbiguous(path)) throw unclear('The path of the original request is not plain.');
  const declared = Number(text(headers, 'x-original-content-length') || 1);
  return {
    method: sole('method', methods).toUpperCase(),
    path,
    bytes: Number.isSafeInteger(declared) ? Math.max(1, declared) : 1,
    clientAddress: text(headers, 'x-original-address') ?? '',
  };
}

/** Whether a server behind the proxy might read this as another path than the one that is judged here. */
function isAmbiguous(path: string): boolean {
  const [root, ...segments] = path.split('/');
  const isOdd = segments.some(
    (segment, index) => leadsElsewhere(segment) || (segment === '' && index < segments.length - 1),
  );
  return root !== '' || isOdd || ODD_BYTES.test(path);
}

/** A name may hold a slash. A server that takes it for one must not find a way up behind it, nor before a parameter (`..;x`). */
function leadsElsewhere(segment: string): boolean {
  const parts = segment.replaceAll(/%2e/gi, '.').split(/%2f/i);
  return parts.some((part) => /^\.\.?(?:;|%3b|$)/i.test(part));
}

/** The value that all who say something agree on. */
function sole(what: string, values: readonly (string | undefined)[]): string {
  const said = new Set(values.filter((value) => value !== undefined && value !== ''));
  const [value] = said;
  if (said.size === 1 && value !== undefined) return value;
  throw unclear(
    said.size === 0
      ? `The proxy must send the ${what} of the original request (X-Original-Method and X-Original-URI).`
      : `The headers contradict each other about the ${what} of the original request.`,
  );
}

function text(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  if (Array.isArray(value)) throw unclear(`${name} was sent more than once.`);
  return value;
}

function pathOf(uri: string): string {
  const [path = ''] = uri.replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#]/, 1);
  return path;
}

function unclear(message: string): AppError {
  return new AppError('permission_denied', message);
}
