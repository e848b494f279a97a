import { AppError, messageOf } from '../../../lib/errors/app-error.js';
import { pause } from '../../../lib/lifecycle/pause.js';
import { DEFAULT_SERVICE, serviceOf } from '../../../lib/store/cell-address.js';
import { migrate } from '../../../lib/store/migrate.js';
import type { Store } from '../../../lib/store/store.js';
import { isRetryable } from '../../../lib/store/store-errors.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import { groupBy } from '../registry/group-by.js';
import { CONTROL_DATABASE } from '../registry/stored/registry-tables.js';
import type { CellRecord } from '../registry/tenant-record.js';
import { type CellMigrator, DEFAULT_CELL } from './cells.js';

export interface SchemasOptions {
  readonly store: Store;
  /** Of the control database. */
  readonly cluster: string | undefined;
  readonly cells: CellMigrator;
  readonly logger: Logger;
}

/** What was last heard of a cell that is not at the newest schema; a cell whose service is away is sound for all we know. */
type Trouble = 'away' | 'broken';

/** The registry waits no longer for services beside the default one, which is the registry's own. */
const GRACE_MS = 3_000;
/** A service that was away is asked again after this long. */
const RETRY_MS = 5_000;

/**
 * Databases that are at the newest schema, each looked at once in the life of the process. One service being away is no
 * concern of the cells on others.
 */
export class Schemas {
  readonly #options: SchemasOptions;
  readonly #migrated = new Set<string>();
  /** By address. */
  readonly #troubles = new Map<string, Trouble>();
  /** Services that cells are being looked at on. */
  readonly #running = new Map<string, Promise<void>>();
  /** Points of `performance.now()` until which a service counts as away. */
  readonly #awayUntilMs = new Map<string, number>();

  constructor(options: SchemasOptions) {
    this.#options = options;
  }

  async requireControl(signal: AbortSignal): Promise<void> {
    if (this.#migrated.has(CONTROL_DATABASE)) return;
    const { store, cluster, logger } = this.#options;
    await migrate({ store, cluster, logger, schema: 'control', database: CONTROL_DATABASE, signal });
    this.#migrated.add(CONTROL_DATABASE);
  }

  /**
   * The cells that can take rows. Without the default cell nothing works, so its failure is thrown. A cell whose service is
   * away can take rows, too: it was made before it came to the registry, and what is sent to it waits in the spools.
   */
  async requireCells(cells: readonly CellRecord[], signal: AbortSignal): Promise<readonly CellRecord[]> {
    const pending = cells.filter(({ database }) => !this.#migrated.has(database));
    const looks = [...groupBy(pending, ({ database }) => serviceOf(database))].map(([service, ofService]) => {
      const done = this.#look(service, ofService, signal);
      return service === DEFAULT_SERVICE ? done : Promise.race([done, pause(GRACE_MS, signal)]);
    });
    await Promise.all(looks);
    return cells.filter(({ database }) => this.#troubles.get(database) !== 'broken');
  }

  /** Goes on with cells of other services that are not at the newest schema yet, without waiting for it. */
  catchUp(cells: readonly CellRecord[], signal: AbortSignal): void {
    const pending = cells.filter(({ database }) => !this.#migrated.has(database));
    for (const [service, ofService] of groupBy(pending, ({ database }) => serviceOf(database)))
      if (service !== DEFAULT_SERVICE && !this.#isAway(service))
        this.#look(service, ofService, signal).catch(() => undefined);
  }

  /** Throws what keeps the cell from being set up. */
  async requireCell(cell: CellRecord, signal: AbortSignal): Promise<void> {
    const { database } = cell;
    if (this.#migrated.has(database)) return;
    const service = serviceOf(database);
    if (this.#isAway(service)) throw isAway(service);
    try {
      await this.#options.cells.migrate(cell, { signal });
    } catch (error) {
      if (!signal.aborted && isOutage(error)) this.#awayUntilMs.set(service, performance.now() + RETRY_MS);
      throw error;
    }
    this.#migrated.add(database);
    this.#troubles.delete(database);
  }

  #isAway(service: string): boolean {
    return service !== DEFAULT_SERVICE && performance.now() < (this.#awayUntilMs.get(service) ?? 0);
  }

  /** One look at a service at a time. Rejects for the default cell, and when the signal aborts. */
  #look(service: string, cells: readonly CellRecord[], signal: AbortSignal): Promise<void> {
    const running =
      this.#running.get(service) ??
      this.#tryCells(cells, signal).finally(() => this.#running.delete(service));
    this.#running.set(service, running);
    return running;
  }

  async #tryCells(cells: readonly CellRecord[], signal: AbortSignal): Promise<void> {
    for (const cell of cells) {
      try {
        await this.requireCell(cell, signal);
      } catch (error) {
        if (cell.name === DEFAULT_CELL.name || signal.aborted) throw error;
        this.#onTrouble(cell, error);
      }
    }
  }

  #onTrouble({ name, database }: CellRecord, error: unknown): void {
    const isKnown = this.#troubles.get(database) === 'away';
    const service = serviceOf(database);
    // On the registry's own service a cell has no outage of its own.
    const trouble = service !== DEFAULT_SERVICE && isOutage(error) ? 'away' : 'broken';
    this.#troubles.set(database, trouble);
    const fields = { cell: name, service, reason: messageOf(error), err: error };
    if (trouble === 'broken')
      this.#options.logger.error(fields, 'a cell cannot be brought to the newest schema; its tenants wait');
    else if (!isKnown)
      this.#options.logger.warn(
        fields,
        'the ClickHouse service of a cell is away; its schema is looked at later',
      );
  }
}

const isOutage = (error: unknown): boolean => error instanceof AppError && isRetryable(error);

function isAway(service: string): AppError {
  return new AppError('unavailable', 'The store of this cell cannot be reached at the moment.', {
    cause: new Error(`the ClickHouse service ${service} was away a moment ago`),
    retryAfterMs: RETRY_MS,
  });
}
