import { messageOf } from '../../../lib/errors/app-error.js';
import type { Closable } from '../../../lib/lifecycle/lifecycle.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import type { Lease, Locks } from '../locks/lock.js';
import { WakeableTimer } from '../registry/changes/wakeable-timer.js';
import type { TenantRegistry } from '../registry/tenant-registry.js';
import type { CellRuns } from './cell-runs.js';
import type { RetentionMetrics } from './retention-metrics.js';

export interface RetentionLoopOptions {
  readonly registry: TenantRegistry;
  readonly runs: CellRuns;
  readonly locks: Locks;
  /** Further work of the leader, done before each run: setting up, moving and erasing tenants. */
  readonly jobs: (lease: Lease, signal: AbortSignal) => Promise<void>;
  readonly metrics: RetentionMetrics;
  readonly logger: Logger;
  readonly intervalMs: number;
}

const LOCK = 'retention';
/** Another replica takes over this soon after a leader died, beyond the life of its lock. */
const LEADER_CHECK_MS = 3_000;
/** A burst of changes is one run. */
const SETTLE_MS = 250;
/** Share of the interval by which a run comes early or late, so that replicas of several meshes spread over the minute. */
const JITTER = 0.15;

/**
 * Runs over all cells every minute, and soon after tenants were changed, in one replica at a time. A run that fails is logged
 * and tried again with the next.
 */
export class RetentionLoop implements Closable {
  readonly #options: RetentionLoopOptions;
  readonly #timer = new WakeableTimer();
  readonly #stopping = new AbortController();
  readonly #unsubscribe: () => void;
  #running: Promise<void> | undefined;
  #lease: Lease | undefined;

  constructor(options: RetentionLoopOptions) {
    this.#options = options;
    this.#unsubscribe = options.registry.onChange((view) => {
      // The loop's own word about a tenant is no reason to look again.
      if (view.state?.version !== view.version) this.#timer.wake();
    });
  }

  start(): void {
    this.#running = this.#follow(this.#stopping.signal);
  }

  /** Has the leader, if it is this process, look at once. */
  wake(): void {
    this.#timer.wake();
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    this.#stopping.abort();
    this.#timer.wake();
    await this.#running;
    await this.#lease?.release();
  }

  async #follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const isLeader = this.#options.registry.isLoaded && (await this.#lead());
      this.#options.metrics.leads(isLeader);
      if (isLeader) await this.#run(signal);
      await this.#timer.wait(isLeader ? this.#pauseMs() : LEADER_CHECK_MS);
      if (!signal.aborted) await this.#settle();
    }
  }

  async #settle(): Promise<void> {
    const settled = new WakeableTimer();
    const stop = () => settled.wake();
    this.#stopping.signal.addEventListener('abort', stop, { once: true });
    await settled.wait(SETTLE_MS);
    this.#stopping.signal.removeEventListener('abort', stop);
  }

  async #lead(): Promise<boolean> {
    if (this.#lease && !this.#lease.signal.aborted) return true;
    try {
      this.#lease = await this.#options.locks.tryAcquire(LOCK);
    } catch (error) {
      this.#lease = undefined;
      this.#options.logger.warn({ reason: messageOf(error) }, 'no way to the lock of the retention loop');
    }
    return this.#lease !== undefined;
  }

  async #run(stopping: AbortSignal): Promise<void> {
    const { runs, jobs, metrics, logger } = this.#options;
    const lease = this.#lease;
    if (!lease) return;
    const startedAtMs = performance.now();
    const signal = AbortSignal.any([stopping, lease.signal]);
    try {
      await jobs(lease, signal);
      await runs.run(lease, signal);
      metrics.ran('ok', startedAtMs);
    } catch (error) {
      if (stopping.aborted) return;
      metrics.ran('failed', startedAtMs);
      logger.warn(
        { reason: messageOf(error), err: error },
        'a run of the retention loop failed; the next one tries again',
      );
    }
  }

  #pauseMs(): number {
    return this.#options.intervalMs * (1 + JITTER * (2 * Math.random() - 1));
  }
}
