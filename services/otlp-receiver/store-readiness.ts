import { messageOf } from '../../lib/errors/app-error.js';
import { pause } from '../../lib/lifecycle/pause.js';
import type { ServiceContext } from '../../lib/lifecycle/service-main.js';
import { levelOfWaiting } from '../../lib/lifecycle/start-grace.js';
import type { Store } from '../../lib/store/store.js';
import { checkTables, TablesDiffer } from './pipeline/table-check.js';

/** A whole mesh starts at once, so what is missing comes soon. */
const WAITING_INTERVAL_MS = 300;
const READY_INTERVAL_MS = 5_000;
const LOG_INTERVAL_MS = 5_000;
const READINESS_PART = 'clickhouse';

/**
 * Keeps the process not ready while ClickHouse does not answer or the cell's tables are not what the receiver writes. Asks
 * for as long as the process runs.
 */
export class StoreReadiness {
  readonly #store: Store;
  readonly #database: string;
  readonly #context: ServiceContext;
  readonly #stopping = new AbortController();
  readonly #done: Promise<void>;
  readonly #startedAtMs = performance.now();
  #loggedReason: string | undefined;
  #loggedAtMs = 0;

  constructor(store: Store, database: string, context: ServiceContext) {
    this.#store = store;
    this.#database = database;
    this.#context = context;
    context.readiness.block(READINESS_PART, 'waiting for ClickHouse');
    this.#done = this.#watch();
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#done;
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const problem = await this.#problem(signal);
      if (signal.aborted) return;
      if (problem === undefined) this.#ready();
      else this.#notReady(problem);
      await pause(problem === undefined ? READY_INTERVAL_MS : WAITING_INTERVAL_MS, signal);
    }
  }

  async #problem(signal: AbortSignal): Promise<Problem | undefined> {
    try {
      await checkTables(this.#store, this.#database, signal);
      return undefined;
    } catch (error) {
      const reason = messageOf(error);
      if (!(error instanceof TablesDiffer)) return { reason, kind: reason, isFault: false };
      return { reason, kind: error.isIncomplete ? 'incomplete' : reason, isFault: !error.isIncomplete };
    }
  }

  #ready(): void {
    this.#context.readiness.unblock(READINESS_PART);
    if (this.#loggedReason !== undefined || this.#loggedAtMs === 0)
      this.#context.logger.info({ database: this.#database }, 'ClickHouse is ready for ingest');
    this.#loggedReason = undefined;
    this.#loggedAtMs = performance.now();
  }

  #notReady({ reason, kind, isFault }: Problem): void {
    const { readiness, logger } = this.#context;
    readiness.block(READINESS_PART, reason);
    const isNew = kind !== this.#loggedReason;
    if (!isNew && performance.now() - this.#loggedAtMs < LOG_INTERVAL_MS) return;
    this.#loggedReason = kind;
    this.#loggedAtMs = performance.now();
    const level = isFault ? 'warn' : levelOfWaiting(this.#startedAtMs);
    logger[level]({ database: this.#database, reason }, 'waiting for ClickHouse');
  }
}

interface Problem {
  readonly reason: string;
  /** The same for reasons that follow one another as tables are made. */
  readonly kind: string;
  /** Time alone does not put it right. */
  readonly isFault: boolean;
}
