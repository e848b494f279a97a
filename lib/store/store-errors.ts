import { Code, ConnectError } from '@connectrpc/connect';
import { AppError, messageOf } from '../errors/app-error.js';
import { isServersTotal } from './budget-hit.js';
import { EXCEPTION, exceptionCodeOf, SERVER_TROUBLE } from './exception-codes.js';

/** When a caller should try again after trouble that passes by itself. */
const RETRY_AFTER_MS = 1_000;
/** A quota's interval is minutes to hours, so an early retry is pointless. */
const QUOTA_RETRY_AFTER_MS = 60_000;

const NARROW = 'Narrow the time range or add a filter on service or operation.';

/**
 * What a failed statement means to a caller. The message never holds SQL, host or credentials; the cause keeps all.
 * Whatever is not understood as an answer of ClickHouse is a failure to reach it.
 */
export function toStoreError(cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  const code = exceptionCodeOf(cause);
  if (code === undefined)
    return unavailable('The store cannot be reached at the moment; try again shortly.', cause);
  return (
    budgetError(code, cause) ??
    passingError(code, cause) ??
    new AppError('internal', 'Internal error.', { cause })
  );
}

/** Why a call that was aborted ended: the caller went away, or its deadline or ours passed. */
export function toAbortError(reason: unknown, cause: unknown): AppError {
  const isDeadline =
    (reason instanceof Error && reason.name === 'TimeoutError') ||
    (reason instanceof ConnectError && reason.code === Code.DeadlineExceeded);
  return isDeadline
    ? new AppError('deadline_exceeded', `The store did not answer within the time budget. ${NARROW}`, {
        cause,
      })
    : new AppError('cancelled', 'The call was cancelled.', { cause });
}

/** Exceptions that are final for a query, as its code tells the caller, but not for an insert: the next try may succeed. */
const PASSING_FOR_INSERTS: ReadonlySet<number | undefined> = new Set([
  EXCEPTION.memoryLimitExceeded,
  EXCEPTION.quotaExceeded,
  EXCEPTION.queryWasCancelled,
]);

/**
 * Whether the same insert can succeed later, unchanged. False also for a call that its own caller cancelled.
 */
export function isRetryable(thrown: unknown): boolean {
  if (!(thrown instanceof AppError)) return false;
  if (thrown.code === 'unavailable' || thrown.code === 'deadline_exceeded') return true;
  return PASSING_FOR_INSERTS.has(exceptionCodeOf(thrown));
}

/** Whether nothing was heard of the service, so that whatever else it is asked now fails as well. */
export function isUnreachable(thrown: unknown): boolean {
  const isAway = thrown instanceof AppError && thrown.code === 'unavailable' && thrown.cause !== undefined;
  return isAway && exceptionCodeOf(thrown) === undefined;
}

function budgetError(code: number, cause: unknown): AppError | undefined {
  switch (code) {
    case EXCEPTION.timeoutExceeded:
    case EXCEPTION.tooSlow:
      return new AppError('deadline_exceeded', `The query ran into its time budget. ${NARROW}`, { cause });
    case EXCEPTION.tooManyRows:
      return tooExpensive('reads more rows than its budget allows', cause);
    case EXCEPTION.tooManyBytes:
      return tooExpensive('reads more bytes than its budget allows', cause);
    case EXCEPTION.tooManyRowsOrBytes:
      return tooExpensive('has a larger result than its budget allows', cause);
    case EXCEPTION.indexNotUsed:
      return tooExpensive('would read everything that is stored', cause);
    case EXCEPTION.memoryLimitExceeded:
      return isServersTotal(messageOf(cause))
        ? unavailable('The store is short of memory at the moment; try again shortly.', cause)
        : tooExpensive('needs more memory than its budget allows', cause);
    default:
      return undefined;
  }
}

/** What passes by itself, and what the caller can mend. */
function passingError(code: number, cause: unknown): AppError | undefined {
  switch (code) {
    case EXCEPTION.cannotCompileRegexp:
      return new AppError(
        'invalid_argument',
        'A regular expression of the request cannot be compiled. RE2 syntax is expected: no lookaround, no backreferences, repetitions up to 1000.',
        { cause },
      );
    case EXCEPTION.queryWasCancelled:
      return new AppError('cancelled', 'The query was cancelled.', { cause });
    case EXCEPTION.quotaExceeded:
      return new AppError('rate_limited', 'The query quota for this interval is used up.', {
        cause,
        retryAfterMs: QUOTA_RETRY_AFTER_MS,
      });
    case EXCEPTION.unknownTable:
    case EXCEPTION.unknownDatabase:
      return unavailable('The store is not migrated yet; try again shortly.', cause);
    case EXCEPTION.tooManySimultaneousQueries:
      return unavailable('The store is busy with other queries; try again shortly.', cause);
    default:
      return SERVER_TROUBLE.has(code)
        ? unavailable('The store cannot take this at the moment; try again shortly.', cause)
        : undefined;
  }
}

function tooExpensive(what: string, cause: unknown): AppError {
  return new AppError('query_too_expensive', `The query ${what}${figures(cause)}. ${NARROW}`, { cause });
}

function unavailable(message: string, cause: unknown): AppError {
  return new AppError('unavailable', message, { cause, retryAfterMs: RETRY_AFTER_MS });
}

/** Limit and measured value out of ClickHouse's sentence; only numbers with a unit are taken over. */
function figures(cause: unknown): string {
  const message = messageOf(cause);
  const amount = String.raw`([\d.]+(?: (?:thousand|million|billion|trillion|[KMGT]?i?B))?)`;
  const limit = new RegExp(`max(?:imum)?(?: rows| bytes)?: ${amount}`, 'i').exec(message)?.[1];
  const measured = new RegExp(`(?:current(?: rows| bytes)?:|would use) ${amount}`, 'i').exec(message)?.[1];
  const parts = [limit && `limit ${limit}`, measured && `needed ${measured}`].filter(Boolean);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}
