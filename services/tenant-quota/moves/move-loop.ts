import { AppError, messageOf } from '../../../lib/errors/app-error.js';
import type { Closable } from '../../../lib/lifecycle/lifecycle.js';
import { isRetryable } from '../../../lib/store/store-errors.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import type { Lease, Locks } from '../locks/lock.js';
import { WakeableTimer } from '../registry/changes/wakeable-timer.js';
import { isOver, type MoveRecord } from './move-record.js';
import type { Mover } from './mover.js';
import type { Moves } from './moves.js';

export interface MoveLoopOptions {
  readonly moves: Moves;
  readonly locks: Locks;
  readonly moverOf: (move: MoveRecord) => Mover;
  readonly isLoaded: () => boolean;
  /** Looks after moves that are over: what came to a cell that its tenant has left, and what could not be compared before. */
  readonly lookBack: (lease: Lease, signal: AbortSignal) => Promise<void>;
  readonly logger: Logger;
}

const LOCK = 'moves';
/** While nothing moves; every replica looks, because receivers report to any. */
const IDLE_INTERVAL_MS = 1_000;
const MOVING_INTERVAL_MS = 250;
/** Every table of every cell is asked then for tenants that have ever moved. */
const LOOK_BACK_INTERVAL_MS = 600_000;
/** After a failure of everything. */
const RETRY_MS = 2_000;

/** Carries moves on, in one replica at a time. Moves of several tenants go on side by side, a step of each in turn. */
export class MoveLoop implements Closable {
  readonly #options: MoveLoopOptions;
  readonly #timer = new WakeableTimer();
  readonly #stopping = new AbortController();
  readonly #movers = new Map<number, Mover>();
  #lease: Lease | undefined;
  #intervalMs = IDLE_INTERVAL_MS;
  #lookedBackAtMs = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;

  constructor(options: MoveLoopOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run(this.#stopping.signal);
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    this.#timer.wake();
    await this.#running;
    await this.#lease?.release();
  }

  async #run(stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted) {
      const isFine = await this.#turn(stopping).catch((error) => {
        // Outages of ClickHouse are the registry's to tell.
        const isOutage = error instanceof AppError && isRetryable(error);
        const level = isOutage ? 'debug' : 'warn';
        if (!stopping.aborted)
          this.#options.logger[level]({ reason: messageOf(error) }, 'moves do not go on');
        return false;
      });
      if (!stopping.aborted) await this.#timer.wait(isFine ? this.#intervalMs : RETRY_MS);
    }
  }

  async #turn(stopping: AbortSignal): Promise<boolean> {
    const { moves, isLoaded } = this.#options;
    if (!isLoaded()) return true;
    const active = await moves.refresh(stopping);
    this.#intervalMs = active.length === 0 ? IDLE_INTERVAL_MS : MOVING_INTERVAL_MS;
    if (active.length === 0) return this.#lookBack(stopping);
    const lease = await this.#lead();
    if (!lease) return true;
    const signal = AbortSignal.any([stopping, lease.signal]);
    let isFine = true;
    for (const move of active)
      await this.#moverOf(move)
        .step(lease, signal)
        .catch((error) => {
          if (signal.aborted) throw error;
          isFine = false;
        });
    await moves.refresh(signal);
    return isFine;
  }

  async #lookBack(stopping: AbortSignal): Promise<boolean> {
    if (performance.now() - this.#lookedBackAtMs < LOOK_BACK_INTERVAL_MS) return true;
    this.#lookedBackAtMs = performance.now();
    const lease = await this.#lead();
    if (lease) await this.#options.lookBack(lease, AbortSignal.any([stopping, lease.signal]));
    return true;
  }

  /** One that was changed by somebody else, by an abort or a former leader, is taken up anew. */
  #moverOf(move: MoveRecord): Mover {
    const known = this.#movers.get(move.tenantId);
    if (known && !isOver(known.move) && known.move.rank === move.rank) return known;
    const mover = this.#options.moverOf(move);
    this.#movers.set(move.tenantId, mover);
    return mover;
  }

  async #lead(): Promise<Lease | undefined> {
    if (this.#lease && !this.#lease.signal.aborted) return this.#lease;
    this.#movers.clear();
    this.#lease = await this.#options.locks.tryAcquire(LOCK);
    return this.#lease;
  }
}
