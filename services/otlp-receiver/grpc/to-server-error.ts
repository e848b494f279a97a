import { Metadata, type StatusObject } from '@grpc/grpc-js';
import type { AppError } from '../../../lib/errors/app-error.js';
import { encodeRetryInfo, encodeStatus, toRpcStatus } from '../status/rpc-status.js';

/** Where most exporters look for details (`google.rpc.Status`). */
const STATUS_DETAILS_TRAILER = 'grpc-status-details-bin';
/** Where the Python exporter looks for the retry delay. */
const RETRY_INFO_TRAILER = 'google.rpc.retryinfo-bin';

/** The status to answer with; its details are trailers. */
export function toServerError(error: AppError): StatusObject {
  const status = toRpcStatus(error);
  const metadata = new Metadata();
  if (status.violation || status.retryDelayMs !== undefined)
    metadata.set(STATUS_DETAILS_TRAILER, Buffer.from(encodeStatus(status)));
  if (status.retryDelayMs !== undefined)
    metadata.set(RETRY_INFO_TRAILER, Buffer.from(encodeRetryInfo(status.retryDelayMs)));
  return { code: status.code, details: status.message, metadata };
}
