import { BadRequest, RetryInfo } from '../../../gen/otlp/google/rpc/error_details.js';
import { Status } from '../../../gen/otlp/google/rpc/status.js';
import type { AppError } from '../../../lib/errors/app-error.js';
import { ERROR_CATALOGUE } from '../../../lib/errors/catalogue.js';

/** Codes whose `retryAfterMs`, if any, may reach the exporter: RetryInfo makes RESOURCE_EXHAUSTED retryable. */
const RETRYABLE: ReadonlySet<string> = new Set(['unavailable', 'rate_limited', 'deadline_exceeded']);

/** In gRPC all of it travels in trailers, for which clients accept 8 KiB or little more. */
const MAX_MESSAGE = 800;
const MAX_FIELD = 300;

const TYPE_PREFIX = 'type.googleapis.com/google.rpc';

import { clampRetryDelayMs, retryDelayMs } from './retry-delay.js';
/** An error as `google.rpc.Status` describes it. */
export interface RpcStatus {
  readonly code: number;
  readonly message: string;
  /** The field at fault, for a BadRequest detail. */
  readonly violation: { readonly field: string; readonly description: string } | undefined;
  /** For a RetryInfo detail. */
  readonly retryDelayMs: number | undefined;
}

export function toRpcStatus(error: AppError): RpcStatus {
  const message = shorten(error.message, MAX_MESSAGE);
  const isBadRequest = error.code === 'malformed_payload' || error.code === 'invalid_argument';
  return {
    code: ERROR_CATALOGUE[error.code].grpc,
    message,
    violation: isBadRequest
      ? { field: shorten(error.field ?? 'body', MAX_FIELD), description: message }
      : undefined,
    retryDelayMs: delayOf(error),
  };
}

function delayOf({ code, retryAfterMs }: AppError): number | undefined {
  if (!RETRYABLE.has(code)) return undefined;
  if (retryAfterMs !== undefined) return clampRetryDelayMs(retryAfterMs);
  return code === 'unavailable' ? retryDelayMs() : undefined;
}

function shorten(text: string, maxLength: number): string {
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
}

/** The protobuf form: HTTP error bodies and the `grpc-status-details-bin` trailer. */
export function encodeStatus(status: RpcStatus): Uint8Array {
  const details = [];
  if (status.violation) {
    const value = BadRequest.encode(BadRequest.fromPartial({ fieldViolations: [status.violation] })).finish();
    details.push({ typeUrl: `${TYPE_PREFIX}.BadRequest`, value: Buffer.from(value) });
  }
  if (status.retryDelayMs !== undefined)
    details.push({
      typeUrl: `${TYPE_PREFIX}.RetryInfo`,
      value: Buffer.from(encodeRetryInfo(status.retryDelayMs)),
    });
  return Status.encode({ code: status.code, message: status.message, details }).finish();
}

export function encodeRetryInfo(delayMs: number): Uint8Array {
  const seconds = BigInt(Math.floor(delayMs / 1000));
  return RetryInfo.encode({
    retryDelay: { seconds, nanos: Math.round(delayMs % 1000) * 1_000_000 },
  }).finish();
}

/** The proto3 JSON form: details are flat objects with their type in `@type`. */
export function statusToJson(status: RpcStatus): string {
  const badRequest = status.violation && {
    '@type': `${TYPE_PREFIX}.BadRequest`,
    fieldViolations: [status.violation],
  };
  const retryInfo = status.retryDelayMs !== undefined && {
    '@type': `${TYPE_PREFIX}.RetryInfo`,
    retryDelay: `${(status.retryDelayMs / 1000).toFixed(3)}s`,
  };
  const details = [badRequest, retryInfo].filter(Boolean);
  return JSON.stringify({
    code: status.code,
    message: status.message,
    ...(details.length > 0 && { details }),
  });
}
