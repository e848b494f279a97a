import { AppError, messageOf } from '../../lib/errors/app-error.js';

export type JsonObject = { readonly [name: string]: unknown };

export interface RestAnswer {
  readonly body: JsonObject;
  readonly etag: string | undefined;
}

export interface RestRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RestClient {
  /** Throws with the sentence of the problem document for anything but a 2xx; with `notFound`, undefined for a 404. */
  send(request: RestRequest): Promise<RestAnswer>;
  find(path: string): Promise<RestAnswer | undefined>;
}

const TIMEOUT_MS = 120_000;

export function createRestClient(url: string, token: string, doFetch: typeof fetch): RestClient {
  const call = async ({ method, path, query = {}, body, headers }: RestRequest): Promise<Response> => {
    const target = new URL(path, url);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) target.searchParams.set(name, value);
    const common = { 'PRIVATE-TOKEN': token, 'X-Requested-With': 'XMLHttpRequest' };
    try {
      return await doFetch(target, {
        method,
        headers: { ...common, ...(body && { 'content-type': 'application/json' }), ...headers },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (cause) {
      const reason = cause instanceof Error ? messageOf(cause.cause ?? cause) : messageOf(cause);
      throw new AppError('unavailable', `${url} does not answer: ${reason}. Is the mesh running?`, { cause });
    }
  };
  const send = async (request: RestRequest) => toAnswer(await call(request));
  const find = async (path: string) => {
    const response = await call({ method: 'GET', path });
    return response.status === 404 ? undefined : toAnswer(response);
  };
  return { send, find };
}

async function toAnswer(response: Response): Promise<RestAnswer> {
  const text = await response.text();
  const body = parse(text);
  if (response.ok && body) return { body, etag: response.headers.get('etag') ?? undefined };
  const detail = typeof body?.detail === 'string' ? body.detail : text.slice(0, 500);
  throw new AppError('internal', `${response.status}: ${detail}`);
}

function parse(text: string): JsonObject | undefined {
  try {
    return text === '' ? {} : (JSON.parse(text) as JsonObject);
  } catch {
    return undefined;
  }
}
