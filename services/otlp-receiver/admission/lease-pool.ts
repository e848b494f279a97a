import type { ReceivedSignal } from './admission.js';
import { Purse, type ReturnedLease } from './purse.js';
import { UseRate } from './use-rate.js';

export interface PurseOwner {
  readonly tenantId: number;
  readonly signal: ReceivedSignal;
}

/** One owner's unspent lease and the requests that were refused because of a standing refusal, by project. */
export interface PurseReturn extends PurseOwner {
  readonly returned: ReturnedLease | undefined;
  readonly seal: Uint8Array | undefined;
  readonly refused: ReadonlyMap<bigint, number>;
}

interface Kept extends PurseOwner {
  readonly purse: Purse;
  refused: Map<bigint, number>;
}

/** An owner that sent nothing for so long is forgotten. */
const FORGET_AFTER_MS = 60_000;
/** Refusals travel with the next question; when none comes for so long, by themselves. */
const REPORT_REFUSED_AFTER_MS = 1_000;

/** What this receiver holds of everybody's limits. */
export class LeasePool {
  readonly #kept = new Map<string, Kept>();

  purse(owner: PurseOwner, nowMs: number): Purse {
    return this.#of(owner, nowMs).purse;
  }

  countRefused(owner: PurseOwner, projectId: bigint, nowMs: number): void {
    const { refused } = this.#of(owner, nowMs);
    refused.set(projectId, (refused.get(projectId) ?? 0) + 1);
  }

  /** Refusals of a project since the last call. */
  takeRefused(owner: PurseOwner, projectId: bigint): number {
    const refused = this.#kept.get(keyOf(owner))?.refused;
    const count = refused?.get(projectId) ?? 0;
    refused?.delete(projectId);
    return count;
  }

  /** What is to be given back now: leases whose time is over, or all of them at the end. */
  takeReturns(nowMs: number, isEnd = false): PurseReturn[] {
    const returns: PurseReturn[] = [];
    for (const [key, kept] of this.#kept) {
      const { tenantId, signal, purse, refused } = kept;
      const returned = isEnd ? purse.takeAll() : purse.takeExpired(nowMs);
      if (returned || (refused.size > 0 && purse.isIdleSince(nowMs, REPORT_REFUSED_AFTER_MS))) {
        returns.push({ tenantId, signal, returned, seal: purse.lastSeal, refused });
        kept.refused = new Map();
      } else if (refused.size === 0 && purse.isIdleSince(nowMs, FORGET_AFTER_MS)) this.#kept.delete(key);
    }
    return returns;
  }

  #of(owner: PurseOwner, nowMs: number): Kept {
    const key = keyOf(owner);
    const known = this.#kept.get(key);
    if (known) return known;
    const kept = { ...owner, purse: new Purse(new UseRate(nowMs)), refused: new Map<bigint, number>() };
    this.#kept.set(key, kept);
    return kept;
  }
}

const keyOf = ({ tenantId, signal }: PurseOwner): string => `${tenantId} ${signal}`;
