import { AppError } from '../../../lib/errors/app-error.js';
import type { Store } from '../../../lib/store/store.js';
import { retryDelayMs } from '../status/retry-delay.js';
import { checkTables } from './table-check.js';

/** Exports wait for this, so it must leave them time for the insert. */
const CHECK_TIMEOUT_MS = 3_000;

/** Checks each cell's tables once before its first insert; many waiting exports share one check. */
export class CellChecks {
  readonly #store: Store;
  readonly #passed = new Set<string>();
  readonly #running = new Map<string, Promise<void>>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Rejects with `unavailable` while the cell cannot be written. */
  ensure(database: string): Promise<void> {
    if (this.#passed.has(database)) return Promise.resolve();
    const running = this.#running.get(database) ?? this.#check(database);
    this.#running.set(database, running);
    return running;
  }

  async #check(database: string): Promise<void> {
    try {
      await checkTables(this.#store, database, AbortSignal.timeout(CHECK_TIMEOUT_MS));
      this.#passed.add(database);
    } catch (cause) {
      const message = 'The store is not ready for this tenant; send the data again in a moment.';
      throw new AppError('unavailable', message, { cause, retryAfterMs: retryDelayMs() });
    } finally {
      this.#running.delete(database);
    }
  }
}
