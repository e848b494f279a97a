import { Code, ConnectError } from '@connectrpc/connect';
import { AppError } from './app-error.js';
import { ERROR_CATALOGUE, type ErrorCode, errorCodeFromGrpc } from './catalogue.js';

/** Metadata that carries what a gRPC status cannot: our stable code, the field and the retry delay. */
const CODE_HEADER = 'gob-error-code';
const FIELD_HEADER = 'gob-error-field';
const RETRY_HEADER = 'gob-retry-after-ms';

/** Turns anything thrown by a handler into what may leave the process. Unknown errors become a neutral `internal`. */
export function toConnectError(thrown: unknown): ConnectError {
  if (thrown instanceof ConnectError) return thrown;
  if (!(thrown instanceof AppError)) {
    const aborted = thrown instanceof Error && thrown.name === 'AbortError';
    return toConnectError(
      aborted
        ? new AppError('cancelled', 'The call was cancelled.')
        : new AppError('internal', 'Internal error.'),
    );
  }
  const metadata = new Headers({ [CODE_HEADER]: thrown.code });
  if (thrown.field !== undefined) metadata.set(FIELD_HEADER, encodeURIComponent(thrown.field));
  if (thrown.retryAfterMs !== undefined) metadata.set(RETRY_HEADER, String(thrown.retryAfterMs));
  return new ConnectError(thrown.message, ERROR_CATALOGUE[thrown.code].grpc, metadata);
}

/** The other way, at a client: our own codes survive the trip; foreign and transport errors are mapped by status. */
export function fromConnectError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const error = ConnectError.from(thrown);
  const own = error.metadata.get(CODE_HEADER);
  const code = own !== null && own in ERROR_CATALOGUE ? (own as ErrorCode) : errorCodeFromGrpc(error.code);
  const field = error.metadata.get(FIELD_HEADER);
  const retryAfterMs = Number(error.metadata.get(RETRY_HEADER) ?? Number.NaN);
  return new AppError(code, publicMessage(error, own !== null), {
    cause: thrown,
    ...(field !== null && { field: decodeURIComponent(field) }),
    ...(Number.isFinite(retryAfterMs) && { retryAfterMs }),
  });
}

/** A transport failure's text names internal addresses, so only texts of our own servers are passed on. */
function publicMessage(error: ConnectError, isOurs: boolean): string {
  if (isOurs) return error.rawMessage;
  if (error.code === Code.Unavailable)
    return 'A service that this request needs is not reachable; try again shortly.';
  if (error.code === Code.DeadlineExceeded)
    return 'A service that this request needs did not answer in time.';
  if (error.code === Code.Unauthenticated) return 'A valid credential is required.';
  return 'Internal error.';
}

/** Anything thrown, as the error that may be shown: ours stay, errors of other services are translated, faults are neutral. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof ConnectError) return fromConnectError(thrown);
  return thrown instanceof AppError ? thrown : new AppError('internal', 'Internal error.', { cause: thrown });
}
