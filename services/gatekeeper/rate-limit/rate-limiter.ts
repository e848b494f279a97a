import type { WindowAdjustment, WindowAmount, WindowRefusal } from '../../../lib/kv/window.js';
import { BYTES, countersOf, ITEMS, type RateLimits, type SignalName } from './rate-limits.js';
import type { SharedRequest, Windows } from './windows.js';

export interface RateLimiterOptions {
  readonly windows: Windows;
  /** Share of a tenant's limits that one of its signals may take. */
  readonly signalPercent: number;
}

/** Whose rate. */
export interface RateAccount {
  readonly tenantId: number;
  readonly signal: SignalName;
  readonly limits: RateLimits;
}

/** What a receiver asks for, and gives back. */
export interface LeaseRequest {
  readonly needBytes: number;
  /** Of requests that wait besides; granted in the order in which receivers ask. */
  readonly waitingBytes: number;
  /** Those of waiting requests included. */
  readonly wantedBytes: number;
  readonly wantedItems: number;
  /** By window index; bytes and items that were not spent. */
  readonly returned?: ReturnedLease | undefined;
}

export interface ReturnedLease {
  readonly index: number;
  /** Negative: more was spent than held. */
  readonly bytes: number;
  readonly items: number;
}

export interface GrantedLease {
  readonly bytes: number;
  readonly items: number;
  /** The window that it was taken from. */
  readonly index: number;
}

/** A refusal with what the receiver needs to refuse by itself for a while. */
export interface RefusedLease extends WindowRefusal {
  /** Largest request that would still fit. */
  readonly availableBytes: number;
  /** The slice that was current. */
  readonly index: number;
}

export type LeaseAnswer = { readonly lease: GrantedLease } | { readonly refused: RefusedLease };

/** Of what is left a lease takes at most this much for requests to come, so that several receivers find something. */
const SHARE_OF_ROOM = 0.5;
/** No single request may want more; receivers are believed about their use, within reason. */
const MAX_WANTED = 2 ** 40;

/** Leases out of sliding windows, exact over all replicas. */
export class RateLimiter {
  readonly #options: RateLimiterOptions;

  constructor(options: RateLimiterOptions) {
    this.#options = options;
  }

  async lease(account: RateAccount, request: LeaseRequest): Promise<LeaseAnswer> {
    const wanted = (units: number) => Math.min(Math.max(units, 0), MAX_WANTED);
    const amounts = [
      {
        need: request.needBytes,
        demand: request.needBytes + wanted(request.waitingBytes),
        want: request.needBytes + wanted(request.wantedBytes),
      },
      // What a request holds is known only when it has been read; one item it will hold at least.
      { need: Math.min(request.needBytes, 1), want: wanted(request.wantedItems) },
    ];
    return this.#spend(account, amounts, { adjustments: adjustmentsOf(request.returned) });
  }

  /** Whether a request of this size would be let in now; nothing is counted. */
  check(account: RateAccount, needBytes: number): Promise<LeaseAnswer> {
    const amounts = [
      { need: needBytes, want: 0 },
      { need: 1, want: 0 },
    ];
    return this.#spend(account, amounts, { isDryRun: true });
  }

  /** Enters what receivers give back or spent too much. */
  async giveBack(account: RateAccount, returned: ReturnedLease): Promise<void> {
    const nothing = { need: 0, want: 0 };
    await this.#spend(account, [nothing, nothing], { adjustments: adjustmentsOf(returned) });
  }

  async #spend(
    account: RateAccount,
    amounts: readonly WindowAmount[],
    extra: Pick<SharedRequest, 'adjustments' | 'isDryRun'>,
  ): Promise<LeaseAnswer> {
    const { tenantId, signal, limits } = account;
    const counters = countersOf(limits, signal, this.#options.signalPercent);
    const { windowMs } = limits;
    // One key per tenant, which is its own hash tag: all of its counters are in one slot of a cluster.
    const key = `rate:{${tenantId}}:${windowMs}`;
    const share = SHARE_OF_ROOM;
    const common = { account: `${tenantId} ${signal}`, key, windowMs, counters, share };
    const { granted, index, refusal } = await this.#options.windows.spend({ ...common, amounts, ...extra });
    if (granted) return { lease: { bytes: granted[BYTES] ?? 0, items: granted[ITEMS] ?? 0, index } };
    if (!refusal) throw new RangeError('neither granted nor refused');
    return { refused: { ...refusal, index, availableBytes: availableBytes(refusal) } };
  }
}

function availableBytes({ counter, used }: WindowRefusal): number {
  return counter.unit === BYTES ? Math.max(0, counter.limit - used) : 0;
}

function adjustmentsOf(returned: ReturnedLease | undefined): WindowAdjustment[] {
  return returned ? [{ index: returned.index, amounts: [-returned.bytes, -returned.items] }] : [];
}
