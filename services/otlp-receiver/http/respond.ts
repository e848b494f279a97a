import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { gzipSync } from 'node:zlib';
import type { AppError } from '../../../lib/errors/app-error.js';
import type { Encoding } from '../ingest/received-export.js';
import type { PartialSuccess, SignalDefinition } from '../signals/signal.js';
import { retryAfterSeconds } from '../status/retry-delay.js';
import { encodeStatus, statusToJson, toRpcStatus } from '../status/rpc-status.js';
import { COMPRESSIONS, MEDIA_TYPES } from './negotiation.js';

export interface ResponseForm {
  /** The request's encoding; JSON where the request has none that we know. */
  readonly encoding: Encoding;
  readonly gzip: boolean;
  /** Asked when the answer is sent. */
  readonly endsConnection: () => boolean;
}

interface Answer {
  readonly status: number;
  readonly body: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Success {
  readonly signal: SignalDefinition;
  readonly partial: PartialSuccess | undefined;
}

export function successAnswer({ signal, partial }: Success, encoding: Encoding): Answer {
  if (encoding === 'json') return { status: 200, body: JSON.stringify(signal.responseToJson(partial)) };
  return { status: 200, body: signal.encodeResponse(partial) };
}

export function errorAnswer(error: AppError, encoding: Encoding): Answer {
  const status = toRpcStatus(error);
  return {
    status: error.httpStatus,
    body: encoding === 'json' ? statusToJson(status) : encodeStatus(status),
    headers: {
      ...(status.retryDelayMs !== undefined && {
        'retry-after': String(retryAfterSeconds(status.retryDelayMs)),
      }),
      ...(error.code === 'method_not_allowed' && { allow: 'POST' }),
      ...(error.code === 'unauthenticated' && { 'www-authenticate': 'Bearer' }),
      ...(error.field === 'Content-Encoding' && { 'accept-encoding': COMPRESSIONS }),
    },
  };
}

export function send(
  response: ServerResponse | Http2ServerResponse,
  answer: Answer,
  form: ResponseForm,
): void {
  if (response.headersSent || response.writableEnded) return;
  const plain = typeof answer.body === 'string' ? Buffer.from(answer.body) : Buffer.from(answer.body);
  const isCompressed = form.gzip && plain.length > 0;
  const body = isCompressed ? gzipSync(plain) : plain;
  const headers: Record<string, string> = {
    'content-type': MEDIA_TYPES[form.encoding],
    'content-length': String(body.length),
    ...(isCompressed && { 'content-encoding': 'gzip' }),
    ...(form.endsConnection() && { connection: 'close' }),
    ...answer.headers,
  };
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.statusCode = answer.status;
  response.end(body);
}
