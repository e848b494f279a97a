import { randomUUID } from 'node:crypto';
import { messageOf } from '../../../../lib/errors/app-error.js';
import type { Closable } from '../../../../lib/lifecycle/lifecycle.js';
import type { Store } from '../../../../lib/store/store.js';
import { isRetryable } from '../../../../lib/store/store-errors.js';
import type { Logger } from '../../../../lib/telemetry/logger.js';
import { Counter, type Registry } from '../../../../lib/telemetry/metrics.js';
import type { Books, TakenRows } from './books.js';

export interface JournalOptions {
  readonly books: Books;
  readonly store: Store;
  readonly intervalMs: number;
  readonly logger: Logger;
  readonly registry: Registry;
}

/** Rows whose insert is tried until it is known to have happened, each time with the same token. */
interface Batch extends TakenRows {
  readonly deduplicationToken: string;
  failures: number;
}

/** Receivers that were started together should not write together. */
const JITTER = 0.2;
const INSERT_TIMEOUT_MS = 20_000;
const CLOSE_TIMEOUT_MS = 3_000;
/** A table that is not there yet may come with a migration; refused for good so often, the rows are given up. */
const MAX_REFUSALS = 60;

/**
 * Writes the books to the store at intervals, and at the end. While a database cannot be written its entries stay in the books,
 * which are bounded. Each batch is stored once, whatever becomes of its answers; only a process that is killed loses what
 * it has entered since its last write.
 */
export class Journal implements Closable {
  readonly #options: JournalOptions;
  readonly #batches = new Set<Batch>();
  readonly #stopping = new AbortController();
  readonly #written: Counter<'table'>;
  readonly #failed: Counter<'table'>;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: JournalOptions) {
    this.#options = options;
    const counter = (name: string, help: string) =>
      new Counter({ name, help, labelNames: ['table'] as const, registers: [options.registry] });
    this.#written = counter('gob_receiver_ledger_rows_total', 'Rows of the books that were written.');
    this.#failed = counter('gob_receiver_ledger_failures_total', 'Writes of the books that failed.');
    this.#schedule();
  }

  /** The end of all entries: writes what is left, if that can be done in a few seconds. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#stopping.abort();
    await this.#running;
    await this.#write(AbortSignal.timeout(CLOSE_TIMEOUT_MS));
  }

  #schedule(): void {
    const delayMs = this.#options.intervalMs * (1 + (Math.random() - 0.5) * JITTER);
    this.#timer = setTimeout(() => {
      this.#running = this.#write(this.#stopping.signal).finally(() => {
        if (!this.#stopping.signal.aborted) this.#schedule();
      });
    }, delayMs).unref();
  }

  /** Never rejects. */
  async #write(signal: AbortSignal): Promise<void> {
    for (const batch of this.#batches) await this.#insert(batch, signal);
    const busy = new Set([...this.#batches].map(({ database }) => database));
    for (const taken of this.#options.books.take((database) => !busy.has(database))) {
      const batch = { ...taken, deduplicationToken: `ledger/${randomUUID()}`, failures: 0 };
      this.#batches.add(batch);
      await this.#insert(batch, signal);
    }
  }

  async #insert(batch: Batch, signal: AbortSignal): Promise<void> {
    const { database, table, rows, deduplicationToken } = batch;
    const insert = { name: `insert_${table}`, database, table, rows: rows as Row[], deduplicationToken };
    const within = AbortSignal.any([signal, AbortSignal.timeout(INSERT_TIMEOUT_MS)]);
    try {
      await this.#options.store.insertRows({ ...insert, signal: within });
      this.#batches.delete(batch);
      this.#written.inc({ table }, rows.length);
    } catch (error) {
      this.#onFailure(batch, error);
    }
  }

  #onFailure(batch: Batch, error: unknown): void {
    const { database, table } = batch;
    this.#failed.inc({ table });
    if (!isRetryable(error)) batch.failures++;
    const isGivenUp = batch.failures >= MAX_REFUSALS;
    if (isGivenUp) this.#batches.delete(batch);
    this.#options.logger.warn(
      { database, table, rows: batch.rows.length, isGivenUp, reason: messageOf(error) },
      'the ledger could not be written',
    );
  }
}

type Row = Readonly<Record<string, unknown>>;
