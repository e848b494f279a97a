import { messageOf } from '../../lib/errors/app-error.js';
import { pause } from '../../lib/lifecycle/pause.js';
import type { ServiceWatch } from '../../lib/store/services/service-watch.js';
import type { Store } from '../../lib/store/store.js';
import type { Logger } from '../../lib/telemetry/logger.js';
import { checkTables } from './pipeline/table-check.js';

/** A whole mesh starts at once, so what is missing comes soon. */
const WAITING_INTERVAL_MS = 300;
const READY_INTERVAL_MS = 5_000;
const LOG_INTERVAL_MS = 5_000;

export interface StoreReadinessOptions {
  readonly store: Store;
  /** Of the cell that exists in every mesh. */
  readonly database: string;
  readonly watch: Pick<ServiceWatch, 'tellDefault'>;
  readonly logger: Logger;
}

/**
 * Tells that the default service cannot be used while ClickHouse does not answer or the cell's tables are not what the receiver writes. Asks
 * for as long as the process runs.
 */
export class StoreReadiness {
  readonly #options: StoreReadinessOptions;
  readonly #stopping = new AbortController();
  readonly #done: Promise<void>;
  #loggedReason: string | undefined;
  #loggedAtMs = 0;

  constructor(options: StoreReadinessOptions) {
    this.#options = options;
    options.watch.tellDefault('waiting for ClickHouse');
    this.#done = this.#watch();
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#done;
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const reason = await this.#problem(signal);
      if (signal.aborted) return;
      if (reason === undefined) this.#ready();
      else this.#notReady(reason);
      await pause(reason === undefined ? READY_INTERVAL_MS : WAITING_INTERVAL_MS, signal);
    }
  }

  async #problem(signal: AbortSignal): Promise<string | undefined> {
    try {
      await checkTables(this.#options.store, this.#options.database, signal);
      return undefined;
    } catch (error) {
      return messageOf(error);
    }
  }

  #ready(): void {
    const { watch, logger, database } = this.#options;
    watch.tellDefault('');
    if (this.#loggedReason !== undefined || this.#loggedAtMs === 0)
      logger.info({ database }, 'ClickHouse is ready for ingest');
    this.#loggedReason = undefined;
    this.#loggedAtMs = performance.now();
  }

  #notReady(reason: string): void {
    const { watch, logger, database } = this.#options;
    watch.tellDefault(reason);
    const isNew = reason !== this.#loggedReason;
    if (!isNew && performance.now() - this.#loggedAtMs < LOG_INTERVAL_MS) return;
    this.#loggedReason = reason;
    this.#loggedAtMs = performance.now();
    logger.warn({ database, reason }, 'waiting for ClickHouse');
  }
}
