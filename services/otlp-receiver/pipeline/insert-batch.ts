import { AppError, messageOf } from '../../../lib/errors/app-error.js';
import type { Store } from '../../../lib/store/store.js';
import { isRetryable } from '../../../lib/store/store-errors.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import { retryDelayMs } from '../status/retry-delay.js';

/** One insert: its bytes and token are fixed, whatever happens to it. */
export interface Batch {
  readonly database: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly blocks: readonly Uint8Array[];
  readonly deduplicationToken: string;
  /** Point of `performance.now()` after which no exporter waits any more. */
  readonly deadlineMs: number;
}

const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 2_000;

/**
 * Inserts a batch, again and again with the same bytes and token while the failure may pass and somebody still waits.
 * Rejects with `unavailable` when time is up, and with `internal` when ClickHouse refuses the rows themselves.
 */
export async function insertBatch(store: Store, batch: Batch, logger: Logger): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await attemptInsert(store, batch);
      return;
    } catch (error) {
      const isOver = performance.now() >= batch.deadlineMs;
      if (!isOver && !isRetryable(error)) throw refusedForGood(error, batch, logger);
      const delayMs = Math.min(FIRST_DELAY_MS * 2 ** attempt, MAX_DELAY_MS) * (0.5 + Math.random() / 2);
      const reason = messageOf((error as Error).cause ?? error);
      if (isOver || performance.now() + delayMs >= batch.deadlineMs) throw notInTime(error, reason, logger);
      logger.warn({ table: batch.table, attempt, reason }, 'insert failed, trying again');
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }
}

async function attemptInsert(store: Store, batch: Batch): Promise<void> {
  const { deadlineMs, ...insert } = batch;
  const remainingMs = Math.max(Math.ceil(deadlineMs - performance.now()), 1);
  const signal = AbortSignal.timeout(remainingMs);
  await store.insertNative({ ...insert, signal, maxExecutionMs: remainingMs });
}

function notInTime(cause: unknown, reason: string, logger: Logger): AppError {
  logger.error({ reason }, 'insert given up: exporters are told to send again');
  return new AppError('unavailable', 'The data could not be stored in time; send it again in a moment.', {
    cause,
    retryAfterMs: retryDelayMs(),
  });
}

function refusedForGood(cause: unknown, batch: Batch, logger: Logger): AppError {
  logger.error({ err: cause, database: batch.database, table: batch.table }, 'ClickHouse refuses the rows');
  return new AppError('internal', 'The data cannot be stored; sending it again will not help.', { cause });
}
