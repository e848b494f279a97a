import { AppError, messageOf } from '../../../lib/errors/app-error.js';
import type { Readiness } from '../../../lib/health/readiness.js';
import type { Closable } from '../../../lib/lifecycle/lifecycle.js';
import { isRetryable } from '../../../lib/store/store-errors.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import type { Schemas } from '../provisioning/schemas.js';
import { WakeableTimer } from './changes/wakeable-timer.js';
import type { IdentitySeed } from './file/identity-seed.js';
import { RegistryReader } from './stored/registry-reader.js';
import type { RegistryTables } from './stored/registry-tables.js';
import type { RegistryWriter } from './stored/registry-writer.js';
import type { RegistryContent, TenantRegistry } from './tenant-registry.js';

export interface RegistryKeeperOptions {
  readonly tables: RegistryTables;
  readonly writer: RegistryWriter;
  readonly schemas: Schemas;
  readonly registry: TenantRegistry;
  /** Undefined when tenants do not come from a file. */
  readonly seed: IdentitySeed | undefined;
  readonly readiness: Readiness;
  readonly logger: Logger;
}

const DEPENDENCY = 'registry';
/** How soon changes written by another replica are seen. */
const REFRESH_INTERVAL_MS = 1_000;
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
  readonly #reader: RegistryReader;
  readonly #stopping = new AbortController();
  readonly #timer = new WakeableTimer();
  #waiters: (() => void)[] = [];
  #published: RegistryContent | undefined;
  #isInStep = false;
  #warnedAtMs = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;

  constructor(options: RegistryKeeperOptions) {
    this.#options = options;
    this.#reader = new RegistryReader(options.tables);
  }

  start(): void {
    const { readiness, seed } = this.#options;
    readiness.block(DEPENDENCY, 'the registry is being loaded from ClickHouse');
    seed?.onChange(() => this.#timer.wake());
    this.#running = this.#run(this.#stopping.signal);
  }

  /**
   * Resolves once everything that was written before the call is in the registry, or when the caller goes away or this service
   * ends: what was written is so all the same.
   */
  refresh(signal: AbortSignal): Promise<void> {
    if (this.#stopping.signal.aborted || signal.aborted) return Promise.resolve();
    const done = new Promise<void>((resolve) => {
      this.#waiters.push(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    this.#timer.wake();
    return done;
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    this.#timer.wake();
    await this.#running;
    this.#release(this.#waiters);
  }

  async #run(signal: AbortSignal): Promise<void> {
    let retryMs = RETRY_MIN_MS;
    while (!signal.aborted) {
      const waiters = this.#waiters;
      this.#waiters = [];
      try {
        await this.#bringInStep(signal);
        this.#succeeded();
        this.#release(waiters);
        retryMs = RETRY_MIN_MS;
        await this.#timer.wait(REFRESH_INTERVAL_MS);
      } catch (error) {
        this.#waiters.unshift(...waiters);
        if (signal.aborted) return;
        this.#failed(error);
        await this.#timer.wait(retryMs);
        retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
      }
    }
  }

  #release(waiters: readonly (() => void)[]): void {
    for (const waiter of waiters) waiter();
  }

  async #bringInStep(signal: AbortSignal): Promise<void> {
    const { schemas, writer, seed, registry } = this.#options;
    await schemas.requireControl(signal);
    await writer.ensureDefaultCell(signal);
    let content = await this.#reader.read(signal);
    if (seed && (await writer.applyFile(content.tenants, seed.tenants, signal)))
      content = await this.#reader.read(signal);
    if (content === this.#published) return schemas.catchUp(content.cells, signal);
    const cells = await schemas.requireCells(content.cells, signal);
    // Only now, so that nobody ever sees a tenant before its cell, or the registry before the file.
    registry.replace({ ...content, cells });
    const isComplete = cells.length === content.cells.length;
    this.#published = isComplete ? content : undefined;
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
