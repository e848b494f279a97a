import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../../lib/errors/app-error.js';
import type { ErrorCode } from '../../../lib/errors/catalogue.js';
import { toAppError } from '../../../lib/errors/connect.js';
import { toProblem } from '../../../lib/errors/problem.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import { REQUEST_ID_HEADER } from './request-id.js';

/** When a caller should try again if nobody said. */
const DEFAULT_RETRY_AFTER_MS = 1_000;

/** Sends any error as `application/problem+json`; faults of ours are logged with their cause, once. */
export function sendProblem(
  thrown: unknown,
  { request, reply, logger }: { request: FastifyRequest; reply: FastifyReply; logger: Logger },
): FastifyReply {
  const error = toAppError(fromFastify(thrown) ?? thrown);
  const problem = toProblem(error, request.id);
  if (error.code === 'internal')
    logger.error({ err: error.cause ?? error, requestId: request.id }, 'request failed');
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  if (problem.status === 429 || problem.status === 503)
    reply.header(
      'retry-after',
      Math.max(1, Math.ceil((error.retryAfterMs ?? DEFAULT_RETRY_AFTER_MS) / 1000)),
    );
  return reply
    .code(problem.status)
    .header(REQUEST_ID_HEADER, request.id)
    .type('application/problem+json')
    .send(JSON.stringify(problem));
}

const CODE_BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid_argument',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'payload_too_large',
  414: 'invalid_argument',
  415: 'unsupported_media_type',
};

/** What Fastify itself refuses, such as a body over its limit, and a client that goes away while it sends. */
function fromFastify(thrown: unknown): AppError | undefined {
  if (!(thrown instanceof Error) || thrown instanceof AppError) return undefined;
  const { code, statusCode } = thrown as { code?: unknown; statusCode?: unknown };
  if (code === 'ECONNRESET') return new AppError('cancelled', 'The client went away while sending.');
  const ours = typeof statusCode === 'number' ? CODE_BY_STATUS[statusCode] : undefined;
  if (typeof code !== 'string' || !code.startsWith('FST_') || !ours) return undefined;
  return new AppError(ours, thrown.message, { cause: thrown });
}
