import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Address } from '../../../lib/config/address.js';
import { AppError } from '../../../lib/errors/app-error.js';
import { toAppError } from '../../../lib/errors/connect.js';
import { toProblem } from '../../../lib/errors/problem.js';
import { closeHttpServer, listen } from '../../../lib/lifecycle/listen.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import { auditDenial } from '../audit/audit-denial.js';
import type { GatekeeperContext } from '../context.js';
import { decide, type Passage } from './decide.js';
import { FORWARD_AUTH_PATH, originalRequest } from './original-request.js';

export interface ForwardAuthServer {
  readonly url: string;
  close(): Promise<void>;
}

const CLOSE_GRACE_MS = 2_000;
const REQUEST_TIMEOUT_MS = 10_000;
/** Original paths and credentials; what is longer gets 431. */
const MAX_HEADER_BYTES = 32 * 1024;

/**
 * Answers proxies that ask whether a request may pass: 200 with who it is, 401, 403 (also for projects that do not exist for the
 * caller), 413, 429 with Retry-After, or 503 while nobody can tell. Any method, because Envoy asks with the original one.
 */
export async function startForwardAuthServer(
  address: Address,
  context: GatekeeperContext,
  logger: Logger,
): Promise<ForwardAuthServer> {
  const options = { maxHeaderSize: MAX_HEADER_BYTES, requestTimeout: REQUEST_TIMEOUT_MS };
  const server = createServer(options, (request, response) => {
    request.resume();
    answer(request, response, context).catch((error: unknown) => {
      logger.error({ err: error }, 'forward auth failed');
      response.destroy();
    });
  });
  const url = await listen(server, address, 'forward auth (FORWARD_AUTH_ADDRESS)');
  return { url, close: () => closeHttpServer(server, CLOSE_GRACE_MS) };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  context: GatekeeperContext,
): Promise<void> {
  const { method = 'GET', url = '/', headers } = request;
  const call = 'forward_auth';
  let clientAddress = '';
  try {
    if (!url.startsWith(FORWARD_AUTH_PATH) || !/^([/?]|$)/.test(url.slice(FORWARD_AUTH_PATH.length)))
      throw new AppError('not_found', `There is nothing here but ${FORWARD_AUTH_PATH}.`);
    const original = originalRequest(method, url, headers);
    clientAddress = original.clientAddress;
    send(response, 200, passageHeaders(await decide(context, original, headers)));
    context.decisions.inc({ call, outcome: 'granted' });
  } catch (thrown) {
    const error = toAppError(thrown);
    context.decisions.inc({ call, outcome: error.code });
    auditDenial(context.audit, { call, error, request: { clientAddress } });
    refuse(response, error);
  }
}

function passageHeaders({ identity, project, tenant }: Passage): Record<string, string> {
  return {
    'x-gob-tenant-id': String(tenant.id),
    'x-gob-project-id': String(project.id),
    // Names are free text; a header is not.
    'x-gob-principal': encodeURIComponent(identity.name),
    'x-gob-scopes': identity.scopes.join(' '),
  };
}

/** NGINX takes 401 and 403 as they are and everything else for a fault; its configuration reads the code from the headers. */
function refuse(response: ServerResponse, error: AppError): void {
  const status = error.code === 'not_found' ? 403 : error.httpStatus;
  const body = JSON.stringify({ ...toProblem(error), status });
  send(
    response,
    status,
    {
      'content-type': 'application/problem+json',
      'x-gob-error-code': error.code,
      ...(error.code === 'unauthenticated' && { 'www-authenticate': 'Bearer' }),
      ...(error.retryAfterMs !== undefined && {
        'retry-after': String(Math.ceil(error.retryAfterMs / 1000)),
      }),
    },
    body,
  );
}

function send(response: ServerResponse, status: number, headers: Record<string, string>, body = ''): void {
  response.writeHead(status, {
    'cache-control': 'no-store',
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}
