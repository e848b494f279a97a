import { randomUUID } from 'node:crypto';
import { AppError } from '../../../lib/errors/app-error.js';
import type { Store } from '../../../lib/store/store.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import type { NativeBlock } from '../native/block.js';
import { retryDelayMs } from '../status/retry-delay.js';
import { type BatchLimits, type Pending, takeBatch } from './batch.js';
import { insertBatch } from './insert-batch.js';
import type { PipelineMetrics } from './pipeline-metrics.js';

export interface TableWriterOptions {
  readonly store: Store;
  readonly logger: Logger;
  readonly metrics: PipelineMetrics;
  readonly database: string;
  readonly table: string;
  readonly limits: BatchLimits;
}

/**
 * Writes one table of one database. Exports that arrive while an insert runs go together as the next one, so the number of
 * inserts (and parts) follows the speed of ClickHouse and not the number of exporters.
 */
export class TableWriter {
  readonly #options: TableWriterOptions;
  readonly #queue: Pending[] = [];
  #running: Promise<void> | undefined;

  constructor(options: TableWriterOptions) {
    this.#options = options;
  }

  /** Resolves when the block is stored. Rejects like `Pipeline.write`. */
  write(block: NativeBlock, deadlineMs: number): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => this.#expire(pending), Math.max(deadlineMs - performance.now(), 0));
      const settle = (finish: () => void) => {
        clearTimeout(timer);
        finish();
      };
      const pending: Pending = {
        block,
        deadlineMs,
        resolve: () => settle(resolve),
        reject: (error) => settle(() => reject(error)),
      };
      this.#queue.push(pending);
    });
    this.#running ??= this.#drain();
    return done;
  }

  /** Resolves when nothing is queued or being inserted. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #drain(): Promise<void> {
    // Exports of the same turn of the event loop go together from the first insert on.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) await this.#insert(takeBatch(this.#queue, this.#options.limits));
    this.#running = undefined;
  }

  async #insert(batch: readonly Pending[]): Promise<void> {
    const [first] = batch;
    if (!first) return;
    const { store, logger, metrics, database, table } = this.#options;
    const stop = metrics.insertStarted(table, batch);
    try {
      await insertBatch(
        store,
        {
          database,
          table,
          columns: first.block.columns,
          blocks: batch.map(({ block }) => block.bytes),
          deduplicationToken: randomUUID(),
          deadlineMs: Math.max(...batch.map(({ deadlineMs }) => deadlineMs)),
        },
        logger,
      );
      stop('stored');
      for (const { resolve } of batch) resolve();
    } catch (error) {
      stop(error instanceof AppError ? error.code : 'internal');
      await this.#fail(batch, error);
    }
  }

  /** Rows that ClickHouse refuses must not take the exports with them that happened to travel in the same insert. */
  async #fail(batch: readonly Pending[], error: unknown): Promise<void> {
    const isRefusal = error instanceof AppError && error.code === 'internal';
    if (!isRefusal || batch.length === 1) {
      for (const { reject } of batch) reject(error);
      return;
    }
    for (const pending of batch) await this.#insert([pending]);
  }

  /**
   * Nobody waits any more. A block that was never sent is dropped and so surely not stored; one that is on its way may
   * still be, which the exporter's repetition then doubles.
   */
  #expire(pending: Pending): void {
    const index = this.#queue.indexOf(pending);
    if (index >= 0) this.#queue.splice(index, 1);
    pending.reject(
      new AppError('unavailable', 'The data could not be stored in time; send it again in a moment.', {
        retryAfterMs: retryDelayMs(),
      }),
    );
  }
}
