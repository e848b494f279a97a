import { ERROR_CATALOGUE, type ErrorCode } from './catalogue.js';

export interface AppErrorOptions {
  /** Kept for logs, never sent. */
  readonly cause?: unknown;
  /** When the caller may try again; sent as Retry-After and RetryInfo. */
  readonly retryAfterMs?: number;
  /** The request field at fault, in the caller's spelling. */
  readonly field?: string;
}

/**
 * The one error class of the project. `message` is for the caller: it names the field, the limit, the measured value and
 * the remedy where there is one, and holds no secret. Everything else that is thrown is a fault of ours and reaches the
 * caller only as a neutral `internal`.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;
  readonly field: string | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
    this.field = options.field;
  }

  get httpStatus(): number {
    return ERROR_CATALOGUE[this.code].http;
  }
}

/** Text of anything that was thrown, for logs. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
