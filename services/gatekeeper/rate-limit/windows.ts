import { AppError } from '../../../lib/errors/app-error.js';
import { ExpiringMap } from '../../../lib/kv/expiring-map.js';
import type { Kv } from '../../../lib/kv/kv.js';
import type { WindowAnswer, WindowRequest } from '../../../lib/kv/window.js';
import type { Closable } from '../../../lib/lifecycle/lifecycle.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import { Unshared } from './unshared.js';
import { WindowView } from './window-view.js';

export interface WindowsOptions {
  readonly shared: Kv;
  readonly logger: Logger;
  /** Replicas that enforce the limits together. */
  readonly replicas: number;
  /** Told at every change whether limits are enforced by this process alone. */
  readonly onLocal: (isLocal: boolean) => void;
  /** Clock of this process; the shared windows have the store's. For tests. */
  readonly nowMs?: () => number;
}

export interface SharedRequest extends WindowRequest {
  /** Names what the counters count together, for what is entered later: tenant and signal. */
  readonly account: string;
}

/** Everything of an account but how much: what is needed to tell the store about it. */
type Account = Pick<SharedRequest, 'account' | 'key' | 'windowMs' | 'counters' | 'share' | 'amounts'>;

/** How often a store that was away is asked whether it is back, and told what happened meanwhile. */
const TELL_INTERVAL_MS = 250;
/**
 * After the store is back a replica stays careful for as long as the others may need to notice it and to tell what they know:
 * longer than the longest pause between two tries to connect.
 */
const CAREFUL_MS = 3_000;
const TOLD_AT_ONCE = 50;

/**
 * The rate windows that all replicas share. What the store says is remembered. While it is away, and for a moment after it came
 * back or turned out to have forgotten, a replica grants no more than its share of what was left when all could be seen; and
 * what it knows is entered in the store, so that nobody gets anything twice.
 */
export class Windows implements Closable {
  readonly #options: WindowsOptions;
  readonly #views: ExpiringMap<WindowView>;
  readonly #accounts: ExpiringMap<Account>;
  readonly #unshared: Unshared;
  readonly #nowMs: () => number;
  readonly #timer: NodeJS.Timeout;
  #interruptions: number;
  #isLocal = false;
  #carefulUntilMs = Number.NEGATIVE_INFINITY;
  #mustTell = false;
  #isTelling = false;

  constructor(options: WindowsOptions) {
    const nowMs = options.nowMs ?? Date.now;
    this.#options = options;
    this.#nowMs = nowMs;
    this.#views = new ExpiringMap(nowMs);
    this.#accounts = new ExpiringMap(nowMs);
    this.#unshared = new Unshared(nowMs);
    this.#interruptions = options.shared.interruptions;
    this.#timer = setInterval(() => void this.#look(), TELL_INTERVAL_MS).unref();
  }

  async spend(request: SharedRequest): Promise<WindowAnswer> {
    this.#noticeInterruptions();
    const view = this.#viewOf(request);
    try {
      if (this.#isCareful()) return await this.#spendCarefully(view, request);
      view.believe();
      const answer = await this.#spendShared(view, request);
      return answer.isLost ? await this.#spendCarefully(view, request) : answer;
    } catch (error) {
      if (!isAway(error)) throw error;
      this.#becomeLocal();
      return this.#spendAlone(view, request);
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Both must have room: the store, and this replica's share of what was left. */
  async #spendCarefully(view: WindowView, request: SharedRequest): Promise<WindowAnswer> {
    const alone = view.spendAlone({ ...request, adjustments: [], isDryRun: true }, this.#aloneOptions());
    const { granted } = alone;
    if (!granted) {
      await this.#spendShared(view, { ...request, ...nothingOf(request), isDryRun: true });
      return alone;
    }
    const amounts = request.amounts.map(({ need, demand = need, want }, unit) => {
      const most = Math.max(need, granted[unit] ?? 0);
      return { need, demand: Math.min(demand, most), want: Math.min(want, most) };
    });
    const answer = await this.#spendShared(view, { ...request, amounts });
    if (answer.granted && !request.isDryRun)
      view.count(request, { index: answer.index, amounts: answer.granted }, this.#aloneOptions());
    return answer;
  }

  /** Asks the store; tells it first what it does not know any more, or never heard. */
  async #spendShared(view: WindowView, request: SharedRequest): Promise<WindowAnswer> {
    const { account, windowMs, counters } = request;
    const owed = this.#unshared.take(account, windowMs);
    const adjustments = [...(request.adjustments ?? []), ...owed];
    const { epoch } = view;
    const { shared } = this.#options;
    try {
      const answer = await shared.spendWindow({
        ...request,
        adjustments,
        ...(epoch !== '' && { known: epoch }),
        ...(this.#isCareful() && { seed: view.seedOf(counters) }),
      });
      if (answer.isLost) {
        this.#unshared.putBack(account, windowMs, owed);
        this.#becomeCareful('the shared windows have lost what was in them');
      } else {
        view.adopt(counters, answer);
        this.#becomeShared();
      }
      return answer;
    } catch (error) {
      this.#unshared.putBack(account, windowMs, owed);
      throw error;
    }
  }

  #spendAlone(view: WindowView, request: SharedRequest): WindowAnswer {
    const answer = view.spendAlone(request, this.#aloneOptions());
    const { account, windowMs, adjustments = [] } = request;
    for (const adjustment of adjustments) this.#unshared.add(account, windowMs, adjustment);
    if (answer.granted && !request.isDryRun)
      this.#unshared.add(account, windowMs, { index: answer.index, amounts: answer.granted });
    return answer;
  }

  /** Also replicas that nobody asks anything notice that the store went, and tell it what they know when it is back. */
  async #look(): Promise<void> {
    this.#views.sweep();
    this.#accounts.sweep();
    this.#unshared.sweep();
    this.#noticeInterruptions();
    if (!this.#mustTell || this.#isTelling) return;
    this.#isTelling = true;
    try {
      const accounts = this.#accounts.values();
      for (let at = 0; at < accounts.length; at += TOLD_AT_ONCE)
        await Promise.all(accounts.slice(at, at + TOLD_AT_ONCE).map((account) => this.#tell(account)));
      this.#mustTell = accounts.length === 0 && this.#isLocal;
    } catch (error) {
      if (!isAway(error)) this.#options.logger.warn({ err: error }, 'rate limits: the store was not told');
    } finally {
      this.#isTelling = false;
    }
  }

  async #tell(account: Account): Promise<void> {
    const view = this.#views.get(account.key);
    if (view) await this.#spendShared(view, { ...account, ...nothingOf(account), isDryRun: true });
  }

  #viewOf(request: SharedRequest): WindowView {
    const { key, windowMs, account, counters, share, amounts } = request;
    const view = this.#views.get(key) ?? new WindowView();
    this.#views.set(key, view, 2 * windowMs);
    const mapKey = `${account} ${windowMs}`;
    this.#accounts.set(mapKey, { account, key, windowMs, counters, share, amounts }, 2 * windowMs);
    return view;
  }

  #aloneOptions() {
    return { replicas: this.#options.replicas, nowMs: this.#nowMs() };
  }

  #isCareful(): boolean {
    return this.#isLocal || this.#nowMs() < this.#carefulUntilMs;
  }

  #noticeInterruptions(): void {
    const { interruptions } = this.#options.shared;
    if (interruptions === this.#interruptions) return;
    this.#interruptions = interruptions;
    this.#becomeLocal();
  }

  #becomeLocal(): void {
    if (this.#isLocal) return;
    this.#isLocal = true;
    this.#mustTell = true;
    this.#options.onLocal(true);
    this.#options.logger.warn(
      'rate limits: Redis is away, this replica enforces its share of what was left of each limit by itself',
    );
  }

  #becomeShared(): void {
    if (!this.#isLocal) return;
    this.#isLocal = false;
    this.#options.onLocal(false);
    this.#becomeCareful('Redis is back, all replicas count together again');
  }

  #becomeCareful(reason: string): void {
    this.#carefulUntilMs = this.#nowMs() + CAREFUL_MS;
    this.#mustTell = true;
    this.#options.logger.info(`rate limits: ${reason}`);
  }
}

/** The same question about nothing. */
function nothingOf({ amounts }: Pick<WindowRequest, 'amounts'>): Pick<WindowRequest, 'amounts'> {
  return { amounts: amounts.map(() => ({ need: 0, want: 0 })) };
}

function isAway(error: unknown): boolean {
  return error instanceof AppError && error.code === 'unavailable';
}
