import { type CallContext, ServerError } from 'nice-grpc';
import type { AppError } from '../../../lib/errors/app-error.js';
import { encodeRetryInfo, encodeStatus, toRpcStatus } from '../status/rpc-status.js';

/** Where most exporters look for details (`google.rpc.Status`). */
const STATUS_DETAILS_TRAILER = 'grpc-status-details-bin';
/** Where the Python exporter looks for the retry delay. */
const RETRY_INFO_TRAILER = 'google.rpc.retryinfo-bin';

/** The error to throw from a method; its details go into the call's trailers. */
export function toServerError(error: AppError, context: Pick<CallContext, 'trailer'>): ServerError {
  const status = toRpcStatus(error);
  if (status.violation || status.retryDelayMs !== undefined)
    context.trailer.set(STATUS_DETAILS_TRAILER, encodeStatus(status));
  if (status.retryDelayMs !== undefined)
    context.trailer.set(RETRY_INFO_TRAILER, encodeRetryInfo(status.retryDelayMs));
  return new ServerError(status.code, status.message);
}
