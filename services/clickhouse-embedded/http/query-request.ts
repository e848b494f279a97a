import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ClickHouseException } from '../clickhouse-exception.js';

/** What a request to `/` asks, without its body. */
export interface QueryRequest {
  readonly queryId: string;
  /** Text of the `query` URL parameter; the statement or its remainder may be in the body. */
  readonly query: string | undefined;
  readonly settings: ReadonlyMap<string, string>;
  readonly params: ReadonlyMap<string, string>;
  readonly database: string | undefined;
  readonly defaultFormat: string;
  /** The caller wants the response compressed if it can read it. */
  readonly compressResponse: boolean;
}

/** URL parameters of the interface itself that need nothing done here. */
const IGNORED = new Set(['query', 'query_id', 'database', 'default_format', 'user', 'password', 'quota_key']);
const NO_EFFECT = new Set(['wait_end_of_query', 'buffer_size', 'stacktrace', 'client_protocol_version']);
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['session_id', 'sessions are not supported; send the settings with every request'],
  ['role', 'roles are not supported; there is one user'],
  [
    'compress',
    'the native compression of responses is not supported; use enable_http_compression with Accept-Encoding',
  ],
  ['decompress', 'the native compression of requests is not supported; use Content-Encoding'],
]);
const SESSION_OPTIONS = new Set(['session_timeout', 'session_check', 'close_session']);
const PRINTABLE_ID = /^[\x20-\x7e]{1,256}$/;

/** @throws ClickHouseException for parameters that the embedded engine cannot honour. */
export function parseQueryRequest(request: IncomingMessage, url: URL): QueryRequest {
  const query = url.searchParams;
  const settings = new Map<string, string>();
  const params = new Map<string, string>();
  for (const [name, value] of query) {
    if (name.startsWith('param_')) params.set(name.slice('param_'.length), value);
    else if (REFUSED.has(name)) refuse(name, value);
    else if (!IGNORED.has(name) && !NO_EFFECT.has(name) && !SESSION_OPTIONS.has(name))
      settings.set(name, value);
  }
  // As on a server, only POST may change anything.
  if (request.method !== 'POST' && Number(settings.get('readonly') ?? 0) === 0) settings.set('readonly', '2');
  return {
    queryId: queryIdOf(query.get('query_id') || headerOf(request, 'x-clickhouse-query-id')),
    query: query.get('query') ?? undefined,
    settings,
    params,
    database: query.get('database') || headerOf(request, 'x-clickhouse-database') || undefined,
    defaultFormat: query.get('default_format') || headerOf(request, 'x-clickhouse-format') || 'TabSeparated',
    compressResponse: isOn(settings.get('enable_http_compression')),
  };
}

export function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function isOn(value: string | undefined): boolean {
  return value === '1' || value === 'true';
}

function refuse(name: string, value: string): void {
  // Clients that speak of a feature only to switch it off are not asking for it.
  if (value === '' || value === '0' || value === 'false') return;
  throw new ClickHouseException(48, 'NOT_IMPLEMENTED', `${name}: ${REFUSED.get(name)}`);
}

function queryIdOf(given: string | undefined): string {
  if (!given) return randomUUID();
  if (PRINTABLE_ID.test(given)) return given;
  throw new ClickHouseException(36, 'BAD_ARGUMENTS', 'query_id must be 1 to 256 printable ASCII characters');
}
