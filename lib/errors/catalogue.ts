import { Code } from '@connectrpc/connect';

/**
 * Every refusal that leaves a process has one of these stable codes. A code is never reused for another meaning.
 * `grpc` is the status on 4317 and on internal contracts, `http` the one on 4318 and 9003.
 */
interface CatalogueEntry {
  readonly grpc: Code;
  readonly http: number;
  readonly title: string;
}

const entry = (grpc: Code, http: number, title: string): CatalogueEntry => ({ grpc, http, title });

export const ERROR_CATALOGUE = {
  invalid_argument: entry(Code.InvalidArgument, 400, 'The request is not valid'),
  malformed_payload: entry(Code.InvalidArgument, 400, 'The payload cannot be decoded'),
  unauthenticated: entry(Code.Unauthenticated, 401, 'A valid credential is required'),
  permission_denied: entry(Code.PermissionDenied, 403, 'The credential does not allow this'),
  not_found: entry(Code.NotFound, 404, 'Not found'),
  method_not_allowed: entry(Code.Unimplemented, 405, 'The method is not allowed here'),
  conflict: entry(Code.Aborted, 409, 'The resource has changed meanwhile'),
  precondition_failed: entry(Code.FailedPrecondition, 412, 'The resource is not in the expected version'),
  storage_quota: entry(Code.FailedPrecondition, 403, 'The storage quota is used up'),
  payload_too_large: entry(Code.ResourceExhausted, 413, 'The request is too large'),
  unsupported_media_type: entry(Code.InvalidArgument, 415, 'The content type is not supported'),
  query_too_expensive: entry(Code.ResourceExhausted, 422, 'The query exceeds its budget'),
  rate_limited: entry(Code.ResourceExhausted, 429, 'The rate limit is reached'),
  cancelled: entry(Code.Canceled, 499, 'The caller went away'),
  internal: entry(Code.Internal, 500, 'Internal error'),
  unavailable: entry(Code.Unavailable, 503, 'The service is temporarily unavailable'),
  deadline_exceeded: entry(Code.DeadlineExceeded, 504, 'The time budget is used up'),
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

/** The code of an error that came from another process, where only the gRPC status is known. */
export function errorCodeFromGrpc(code: Code): ErrorCode {
  switch (code) {
    case Code.InvalidArgument:
    case Code.OutOfRange:
      return 'invalid_argument';
    case Code.Unauthenticated:
      return 'unauthenticated';
    case Code.PermissionDenied:
      return 'permission_denied';
    case Code.NotFound:
      return 'not_found';
    case Code.Aborted:
    case Code.AlreadyExists:
    case Code.FailedPrecondition:
      return 'conflict';
    case Code.ResourceExhausted:
      return 'rate_limited';
    case Code.Canceled:
      return 'cancelled';
    case Code.Unavailable:
      return 'unavailable';
    case Code.DeadlineExceeded:
      return 'deadline_exceeded';
    default:
      return 'internal';
  }
}
