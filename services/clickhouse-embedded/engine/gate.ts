import { ClickHouseException } from '../clickhouse-exception.js';

export interface GateLimits {
  /** Statements that run at once. */
  readonly running: number;
  /** Statements that may wait for their turn. */
  readonly waiting: number;
  /** Longest wait. */
  readonly waitMs: number;
}

/**
 * Lets a bounded number of statements run. Each takes a thread of libuv's pool, which file reads and the killing of
 * statements need too, so the pool must never be full of statements.
 */
export class StatementGate {
  private running = 0;
  private entered = 0;
  private readonly queue = new Set<() => void>();

  constructor(private readonly limits: GateLimits) {}

  get runningStatements(): number {
    return this.running;
  }

  /** Statements let in since the start. */
  get enteredStatements(): number {
    return this.entered;
  }

  /**
   * Waits for a turn. The returned function gives it back and may be called once.
   * @throws ClickHouseException 202 when too many wait or the wait is too long; the signal's reason when it fires first.
   */
  async enter(signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.running < this.limits.running) this.running += 1;
    else await this.waitForTurn(signal);
    this.entered += 1;
    return () => this.leave();
  }

  private leave(): void {
    const [next] = this.queue;
    // The turn is handed over, so `running` stays as it is.
    if (next !== undefined) next();
    else this.running -= 1;
  }

  private waitForTurn(signal?: AbortSignal): Promise<void> {
    if (this.queue.size >= this.limits.waiting) throw this.busy('queue is full');
    return new Promise((resolve, reject) => {
      const settle = (action: () => void): void => {
        this.queue.delete(onTurn);
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        action();
      };
      const onTurn = (): void => settle(resolve);
      const onAbort = (): void => settle(() => reject(signal?.reason));
      const timer = setTimeout(
        () => settle(() => reject(this.busy(`no turn in ${this.limits.waitMs} ms`))),
        this.limits.waitMs,
      );
      signal?.addEventListener('abort', onAbort, { once: true });
      this.queue.add(onTurn);
    });
  }

  private busy(why: string): ClickHouseException {
    const { running, waiting } = this.limits;
    const message = `Too many simultaneous queries: ${running} run and ${this.queue.size} of at most ${waiting} wait (${why})`;
    return new ClickHouseException(202, 'TOO_MANY_SIMULTANEOUS_QUERIES', message);
  }
}
