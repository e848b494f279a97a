import { AppError, messageOf } from '../../../lib/errors/app-error.js';
import type { Readiness } from '../../../lib/health/readiness.js';
import type { Closable } from '../../../lib/lifecycle/lifecycle.js';
import { migrate } from '../../../lib/store/migrate.js';
import type { Store } from '../../../lib/store/store.js';
import { isRetryable } from '../../../lib/store/store-errors.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import { type CellMigrator, DEFAULT_CELL } from '../provisioning/cells.js';
import type { IdentitySeed } from './identity-seed.js';
import { planChanges } from './plan-changes.js';
import { CONTROL_DATABASE, type RegistryContent, RegistryTables } from './registry-tables.js';
import type { CellRecord } from './tenant-record.js';
import type { TenantRegistry } from './tenant-registry.js';
import { WakeableTimer } from './wakeable-timer.js';

export interface RegistryKeeperOptions {
  readonly store: Store;
  /** For ON CLUSTER and Replicated engines; undefined for one server. */
  readonly cluster: string | undefined;
  readonly cells: CellMigrator;
  readonly registry: TenantRegistry;
  /** Undefined when tenants do not come from a file. */
  readonly seed: IdentitySeed | undefined;
  readonly readiness: Readiness;
  readonly logger: Logger;
}

const DEPENDENCY = 'registry';
/** How soon changes written by another replica are seen. */
const REFRESH_INTERVAL_MS = 5_000;
const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 2_000;
/** Lines about one outage are at least this far apart. */
const WARN_INTERVAL_MS = 3_000;

/**
 * Keeps the registry in step with its database and the identity file: makes and migrates the databases, loads, applies the
 * file, then looks for changes over and over. Whatever fails is tried again. Not ready until the first load and file are in;
 * afterwards an outage of ClickHouse takes nothing away, because calls are answered from memory.
 */
export class RegistryKeeper implements Closable {
  readonly #options: RegistryKeeperOptions;
  readonly #tables: RegistryTables;
  readonly #stopping = new AbortController();
  readonly #timer = new WakeableTimer();
  readonly #migrated = new Set<string>();
  #last: { readonly mark: string; readonly content: RegistryContent } | undefined;
  #published: RegistryContent | undefined;
  #isInStep = false;
  #warnedAtMs = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;

  constructor(options: RegistryKeeperOptions) {
    this.#options = options;
    this.#tables = new RegistryTables(options.store);
  }

  start(): void {
    const { readiness, seed } = this.#options;
    readiness.block(DEPENDENCY, 'the registry is being loaded from ClickHouse');
    seed?.onChange(() => this.#timer.wake());
    this.#running = this.#run(this.#stopping.signal);
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    this.#timer.wake();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    let retryMs = RETRY_MIN_MS;
    while (!signal.aborted) {
      try {
        await this.#bringInStep(signal);
        this.#succeeded();
        retryMs = RETRY_MIN_MS;
        await this.#timer.wait(REFRESH_INTERVAL_MS);
      } catch (error) {
        if (signal.aborted) return;
        this.#failed(error);
        await this.#timer.wait(retryMs);
        retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
      }
    }
  }

  async #bringInStep(signal: AbortSignal): Promise<void> {
    await this.#migrateControl(signal);
    let content = await this.#read(signal);
    if (await this.#writeFromFile(content, signal)) content = await this.#read(signal);
    if (content === this.#published) return;
    for (const cell of content.cells) await this.#migrateCell(cell, signal);
    // Only now, so that nobody ever sees a tenant before its cell, or the registry before the file.
    this.#options.registry.replace(content.tenants, content.cells);
    this.#published = content;
  }

  async #migrateControl(signal: AbortSignal): Promise<void> {
    if (this.#migrated.has(CONTROL_DATABASE)) return;
    const { store, cluster, logger } = this.#options;
    await migrate({ store, cluster, logger, schema: 'control', database: CONTROL_DATABASE, signal });
    this.#migrated.add(CONTROL_DATABASE);
  }

  async #migrateCell(cell: CellRecord, signal: AbortSignal): Promise<void> {
    if (this.#migrated.has(cell.database)) return;
    await this.#options.cells.migrate(cell, signal);
    this.#migrated.add(cell.database);
  }

  /** The same object as the last time while nobody has written. */
  async #read(signal: AbortSignal): Promise<RegistryContent> {
    // Read before the content: a write in between is then seen again rather than missed.
    const mark = await this.#tables.readMark(signal);
    if (this.#last?.mark === mark) return this.#last.content;
    const { tenants, cells } = await this.#tables.read(signal);
    const hasDefault = cells.some((cell) => cell.name === DEFAULT_CELL.name);
    if (!hasDefault) await this.#tables.addCell(DEFAULT_CELL, signal);
    const content = { tenants, cells: hasDefault ? cells : [...cells, DEFAULT_CELL] };
    this.#last = { mark, content };
    return content;
  }

  /** True when the file asked for something that was not in the registry. */
  async #writeFromFile({ tenants }: RegistryContent, signal: AbortSignal): Promise<boolean> {
    const { seed, logger } = this.#options;
    const changes = seed ? planChanges(tenants, seed.tenants) : [];
    if (changes.length === 0) return false;
    const newest = Math.max(0, ...tenants.map((tenant) => tenant.version));
    await this.#tables.write(changes, Math.max(Date.now(), newest + 1), signal);
    logger.info(
      { tenants: changes.map((tenant) => tenant.tenantId) },
      'tenants written from the identity file',
    );
    return true;
  }

  #succeeded(): void {
    if (this.#isInStep) return;
    this.#isInStep = true;
    this.#warnedAtMs = Number.NEGATIVE_INFINITY;
    this.#options.readiness.unblock(DEPENDENCY);
    this.#options.logger.info(
      { tenants: this.#options.registry.all().length },
      'the registry is in step with ClickHouse',
    );
  }

  #failed(error: unknown): void {
    const { readiness, registry, logger } = this.#options;
    this.#isInStep = false;
    const isOutage = error instanceof AppError && isRetryable(error);
    const reason = isOutage
      ? 'ClickHouse is not available'
      : error instanceof AppError && error.code === 'conflict'
        ? error.message
        : 'the registry cannot be brought in step with ClickHouse; the log says why';
    if (!registry.isLoaded) readiness.block(DEPENDENCY, reason);
    if (performance.now() - this.#warnedAtMs < WARN_INTERVAL_MS) return;
    this.#warnedAtMs = performance.now();
    const fields = { reason, cause: causeOf(error) };
    const effect = registry.isLoaded ? 'calls are answered from memory' : 'calls are refused';
    logger[isOutage ? 'warn' : 'error'](fields, `no way to the registry's database, trying again; ${effect}`);
  }
}

/** The innermost sentence there is: an AppError's own text is made for callers and says little. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return messageOf(cause) || String((cause as { code?: unknown }).code ?? 'unknown');
}
