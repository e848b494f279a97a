import { ERROR_CATALOGUE } from './catalogue.js';
import { toAppError } from './connect.js';

/** Body of an HTTP error (RFC 9457, `application/problem+json`). */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Stable code of the catalogue. */
  readonly code: string;
  /** The parameter at fault. */
  readonly field?: string;
  readonly request_id?: string;
}

/** The problem document for anything thrown; unknown errors show no detail of theirs. */
export function toProblem(thrown: unknown, requestId?: string): Problem {
  const error = toAppError(thrown);
  const { http, title } = ERROR_CATALOGUE[error.code];
  return {
    type: `urn:gob:error:${error.code}`,
    title,
    status: http,
    detail: error.message,
    code: error.code,
    ...(error.field !== undefined && { field: error.field }),
    ...(requestId !== undefined && { request_id: requestId }),
  };
}
