import { type Problem, parseRetryAfterMs } from '../model/problem.js';
import { isRecord, readText } from './decode.js';

/** Longest wait for a complete reply, body included. */
const timeoutMs = 30_000;

export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.title);
    this.name = 'ApiError';
  }
}

export interface RequestOptions<T> {
  readonly method?: 'GET' | 'POST';
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Aborting rejects with the signal's reason, not with an `ApiError`. */
  readonly signal?: AbortSignal;
  /** Turns the reply into a typed value; throws when it is not what the contract says. */
  readonly decode: (reply: unknown) => T;
  /** Leave a 401 to the caller: for sign-in itself and the first look for a session. */
  readonly expectsUnauthorized?: boolean;
}

let unauthorizedListener: () => void = () => undefined;

/** Registers what happens when the session has ended, wherever a request finds out. */
export function onUnauthorized(listener: () => void): void {
  unauthorizedListener = listener;
}

/** One call to the gateway on our own origin; the session cookie goes with it. No retries. */
export async function request<T>(path: string, options: RequestOptions<T>): Promise<T> {
  const response = await send(path, options);
  if (!response.ok) {
    if (response.status === 401 && !options.expectsUnauthorized) unauthorizedListener();
    throw new ApiError(response.problem);
  }
  try {
    return options.decode(response.body);
  } catch (cause) {
    throw new ApiError(failure('format', 'The answer could not be read', String(cause)));
  }
}

type Received = { ok: true; body: unknown } | { ok: false; status: number; problem: Problem };

async function send(path: string, options: RequestOptions<unknown>): Promise<Received> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  try {
    const response = await fetch(path, { ...toInit(options), signal });
    const body = parseJson(await response.text());
    if (response.ok) return { ok: true, body };
    return { ok: false, status: response.status, problem: toProblem(response, body) };
  } catch (cause) {
    options.signal?.throwIfAborted();
    if (timeout.aborted) {
      throw new ApiError(failure('timeout', 'No answer in time', `Gave up after ${timeoutMs / 1000} s.`));
    }
    throw new ApiError(failure('network', 'The gateway cannot be reached', String(cause)));
  }
}

function toInit({ method = 'GET', body }: RequestOptions<unknown>): RequestInit {
  // A page of another site cannot set this header without a preflight: the gateway's CSRF guard.
  const headers: Record<string, string> = {
    Accept: 'application/json',
    'X-Requested-With': 'XMLHttpRequest',
  };
  if (body === undefined) return { method, headers, credentials: 'same-origin' };
  headers['Content-Type'] = 'application/json';
  return { method, headers, credentials: 'same-origin', body: JSON.stringify(body) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toProblem(response: Response, body: unknown): Problem {
  const fields = isRecord(body) ? body : {};
  return {
    kind: 'http',
    status: response.status,
    title: readText(fields, 'title') || response.statusText || 'The request failed',
    detail: readText(fields, 'detail'),
    code: readText(fields, 'code') || undefined,
    retryAfterMs: parseRetryAfterMs(response.headers.get('Retry-After'), Date.now()),
  };
}

function failure(kind: Problem['kind'], title: string, detail: string): Problem {
  return { kind, status: undefined, title, detail, code: undefined, retryAfterMs: undefined };
}

/** Any caught value as something to show. */
export function toShownProblem(error: unknown): Problem {
  return error instanceof ApiError ? error.problem : failure('format', 'Something went wrong', String(error));
}
