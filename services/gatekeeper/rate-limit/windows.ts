import { AppError } from '../../../lib/errors/app-error.js';
import type { Kv } from '../../../lib/kv/kv.js';
import { MemoryKv } from '../../../lib/kv/memory-kv.js';
import type { WindowAdjustment, WindowAnswer, WindowRequest } from '../../../lib/kv/window.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import { Unshared } from './unshared.js';

export interface WindowsOptions {
  readonly shared: Kv;
  readonly logger: Logger;
  /** Told at every change whether limits are enforced by this process alone. */
  readonly onLocal: (isLocal: boolean) => void;
  /** Clock of the local windows; the shared ones have the store's. For tests. */
  readonly nowMs?: () => number;
}

/** A request whose counters depend on whether all replicas count together. */
export interface SharedRequest extends Omit<WindowRequest, 'counters'> {
  /** Counters when all count together, and when this replica counts alone. */
  readonly counters: {
    readonly shared: WindowRequest['counters'];
    readonly alone: WindowRequest['counters'];
  };
  /** Names what the counters count together, for what is entered later: tenant and signal. */
  readonly account: string;
}

/**
 * The rate windows that all replicas share, or while the store is away this replica's own. What this replica grants is always
 * counted locally too, so that nobody starts anew when the store goes; and what it granted alone is entered in the store
 * when that is back, so that nobody gets it twice.
 */
export class Windows {
  readonly #options: WindowsOptions;
  readonly #local: MemoryKv;
  readonly #unshared: Unshared;
  #isLocal = false;

  constructor(options: WindowsOptions) {
    this.#options = options;
    this.#local = new MemoryKv(options.nowMs);
    this.#unshared = new Unshared(options.nowMs);
  }

  async spend(request: SharedRequest): Promise<WindowAnswer> {
    const owed = this.#unshared.take(request.account, request.windowMs);
    const adjustments = [...(request.adjustments ?? []), ...owed];
    try {
      const answer = await this.#options.shared.spendWindow({
        ...request,
        counters: request.counters.shared,
        adjustments,
      });
      this.#changed(false);
      await this.#countLocally(request, answer);
      return answer;
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'unavailable') throw error;
      this.#unshared.putBack(request.account, request.windowMs, owed);
      this.#changed(true);
      return this.#spendAlone(request);
    }
  }

  async close(): Promise<void> {
    await this.#local.close();
  }

  async #spendAlone(request: SharedRequest): Promise<WindowAnswer> {
    const answer = await this.#local.spendWindow({ ...request, counters: request.counters.alone });
    const { account, windowMs, adjustments = [] } = request;
    for (const adjustment of adjustments) this.#unshared.add(account, windowMs, adjustment);
    if (answer.granted && !request.isDryRun)
      this.#unshared.add(account, windowMs, { index: answer.index, amounts: answer.granted });
    return answer;
  }

  async #countLocally(request: SharedRequest, { granted, index }: WindowAnswer): Promise<void> {
    const spent: WindowAdjustment[] = granted && !request.isDryRun ? [{ index, amounts: granted }] : [];
    await this.#local.spendWindow({
      ...request,
      counters: request.counters.alone,
      amounts: request.amounts.map(() => ({ need: 0, want: 0 })),
      adjustments: [...(request.adjustments ?? []), ...spent],
      isDryRun: true,
    });
  }

  #changed(isLocal: boolean): void {
    if (isLocal === this.#isLocal) return;
    this.#isLocal = isLocal;
    this.#options.onLocal(isLocal);
    if (isLocal)
      this.#options.logger.warn(
        'rate limits: Redis is away, this replica enforces its share of each limit by itself',
      );
    else this.#options.logger.info('rate limits: Redis is back, all replicas count together again');
  }
}
