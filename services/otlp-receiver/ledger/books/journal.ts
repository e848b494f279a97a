import { randomUUID } from 'node:crypto';
import { messageOf } from '../../../../lib/errors/app-error.js';
import type { Closable } from '../../../../lib/lifecycle/lifecycle.js';
import { serviceOf } from '../../../../lib/store/cell-address.js';
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
  /** Writes that run, one for each ClickHouse service: none waits for another. */
  readonly #running = new Map<string, Promise<void>>();

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
    await Promise.all(this.#running.values());
    await this.#write(AbortSignal.timeout(CLOSE_TIMEOUT_MS));
  }

  #schedule(): void {
    const delayMs = this.#options.intervalMs * (1 + (Math.random() - 0.5) * JITTER);
    this.#timer = setTimeout(() => {
      void this.#write(this.#stopping.signal);
      this.#schedule();
    }, delayMs).unref();
  }

  /** Never rejects. What is waiting for a service goes before what is new for it. */
  async #write(signal: AbortSignal): Promise<void> {
    const waiting = groupByService(this.#batches);
    for (const [service, batches] of waiting)
      this.#start(service, async () => {
        await this.#insertAll(batches, signal);
        await this.#insertAll(
          this.#take((one) => one === service),
          signal,
        );
      });
    const others = groupByService(this.#take((service) => !this.#running.has(service)));
    for (const [service, batches] of others) this.#start(service, () => this.#insertAll(batches, signal));
    await Promise.all(this.#running.values());
  }

  #start(service: string, write: () => Promise<void>): void {
    if (this.#running.has(service)) return;
    this.#running.set(
      service,
      write().finally(() => this.#running.delete(service)),
    );
  }

  /** New batches for these services, but for databases with a batch that still waits. */
  #take(isMeant: (service: string) => boolean): Batch[] {
    const busy = new Set([...this.#batches].map(({ database }) => database));
    const taken = this.#options.books.take((database) => isMeant(serviceOf(database)) && !busy.has(database));
    const batches = taken.map((rows) => ({
      ...{ ...rows, deduplicationToken: `ledger/${randomUUID()}`, failures: 0 },
    }));
    for (const batch of batches) this.#batches.add(batch);
    return batches;
  }

  async #insertAll(batches: readonly Batch[], signal: AbortSignal): Promise<void> {
    for (const batch of batches) await this.#insert(batch, signal);
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

function groupByService(batches: Iterable<Batch>): ReadonlyMap<string, readonly Batch[]> {
  const groups = new Map<string, Batch[]>();
  for (const batch of batches) {
    const service = serviceOf(batch.database);
    groups.set(service, [...(groups.get(service) ?? []), batch]);
  }
  return groups;
}

type Row = Readonly<Record<string, unknown>>;
