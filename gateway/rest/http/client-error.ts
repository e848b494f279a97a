import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { AppError } from '../../../lib/errors/app-error.js';
import { toProblem } from '../../../lib/errors/problem.js';
import { REQUEST_ID_HEADER } from './request-id.js';

interface Refusal {
  readonly status: string;
  readonly detail: string;
}

/** Node's codes for bytes that never became a request; anything else is HTTP that cannot be read. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    detail: 'The headers of the request are larger than 16 KiB together. Send fewer or shorter ones.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: '408 Request Timeout',
    detail: 'The request did not arrive in time (GATEWAY_REQUEST_TIMEOUT).',
  },
};
const UNREADABLE: Refusal = { status: '400 Bad Request', detail: 'The request is not valid HTTP/1.1.' };

/** Answers what fails before there is a request, with the headers and the body of every other error, and closes. */
export function clientErrorAnswer(headers: Readonly<Record<string, string>>) {
  return (error: NodeJS.ErrnoException, socket: Socket): void => {
    if (error.code !== 'ECONNRESET' && socket.writable)
      socket.write(render(REFUSALS[error.code ?? ''] ?? UNREADABLE, headers));
    socket.destroy();
  };
}

function render({ status, detail }: Refusal, headers: Readonly<Record<string, string>>): string {
  const requestId = randomUUID();
  const problem = toProblem(new AppError('invalid_argument', detail), requestId);
  const body = JSON.stringify({ ...problem, status: Number.parseInt(status, 10) });
  const all = {
    ...headers,
    [REQUEST_ID_HEADER]: requestId,
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status}`, ...lines, '', body].join('\r\n');
}
