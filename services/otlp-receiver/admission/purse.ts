import type { UseRate } from './use-rate.js';

/** The slice of a window that a lease was taken from. */
export interface LeaseWindow {
  readonly index: number;
  readonly lengthMs: number;
}

export interface GrantedLease {
  readonly bytes: number;
  readonly items: number;
  readonly validMs: number;
  readonly window: LeaseWindow;
}

/** What the gatekeeper said when there was not enough. */
export interface RateRefusal {
  readonly message: string;
  readonly limit: string;
  readonly measured: string;
  /** Until the refused request would fit; 0 when it never does. */
  readonly retryAfterMs: number;
  /** Requests up to this size would still have fitted. */
  readonly availableBytes: number;
}

/** What is asked of the gatekeeper for a purse. */
export interface LeaseQuestion {
  /** 0: asked ahead. */
  readonly needBytes: number;
  /** Of further requests that wait for the same answer. */
  readonly waitingBytes: number;
  /** Those included. */
  readonly wantedBytes: number;
  readonly wantedItems: number;
  readonly returned: ReturnedLease | undefined;
}

export interface ReturnedLease {
  /** Of the answers that what is given back came with. */
  readonly seals: readonly Uint8Array[];
  readonly window: LeaseWindow;
  /** Negative: spent more than held. */
  readonly bytes: number;
  readonly items: number;
}

/** `ask`: only the gatekeeper can tell. */
export type Spending = 'spent' | 'ask' | StandingRefusal;

export interface StandingRefusal {
  readonly refusal: RateRefusal;
  /** Until a request that was refused would fit. */
  readonly waitMs: number;
}

/**
 * A refusal stands for all alike for so long, and where leases are short of what was wanted, questions are so far apart: a
 * tenant at its limit costs twenty questions a second and not more.
 */
const MIN_STAND_MS = 10;
const SCARCE_INTERVAL_MS = 50;
/** When this much of a lease's time is over, the next one is asked for while requests go on spending. */
const AHEAD_AT = 0.7;
/** Questions ahead are at least this far apart. */
const MIN_AHEAD_INTERVAL_MS = 200;
/** Of what a second takes, as long as this is left nothing more is needed. */
const LOW_WATER = 0.25;
/** What the gatekeeper looks at; of older ones everything is spent or over. */
const MAX_SEALS = 64;

/** What a receiver holds of one tenant's limit for one signal. All of it is in this process; nothing here waits. */
export class Purse {
  readonly #use: UseRate;
  #bytes = 0;
  #items = 0;
  #window: LeaseWindow | undefined;
  #seals: readonly Uint8Array[] = [];
  #lastSeal: Uint8Array | undefined;
  #validUntilMs = Number.NEGATIVE_INFINITY;
  #aheadAtMs = Number.POSITIVE_INFINITY;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #wantedBytes = 0;
  #isScarce = false;
  #refused: { readonly refusal: RateRefusal; readonly needBytes: number; readonly atMs: number } | undefined;

  constructor(use: UseRate) {
    this.#use = use;
  }

  /** Lets a request of so many bytes in, if that is in what is held. Its items are settled when they are known. */
  spend(bytes: number, nowMs: number): Spending {
    if (nowMs < this.#validUntilMs && this.#bytes >= bytes && this.#items > 0) {
      this.#bytes -= bytes;
      this.#use.add({ bytes, items: 0 });
      return 'spent';
    }
    return this.#standingRefusal(bytes, nowMs) ?? 'ask';
  }

  /** Items of a request that was let in. May overdraw: then nothing more is let in before the gatekeeper has counted it. */
  settle(items: number): void {
    this.#items -= items;
    this.#use.add({ bytes: 0, items });
  }

  /** Whether the next lease should be asked for now, while this one lasts. */
  wantsAhead(nowMs: number): boolean {
    if (nowMs - this.#askedAtMs < MIN_AHEAD_INTERVAL_MS) return false;
    const { bytes, items } = this.#use.perSecond(nowMs);
    const isLow = this.#bytes < LOW_WATER * bytes || this.#items < LOW_WATER * items;
    return nowMs >= this.#aheadAtMs || isLow;
  }

  /** How long the next question has to wait, so that requests that come meanwhile are asked for together. */
  pauseMs(nowMs: number): number {
    return this.#isScarce ? Math.max(0, this.#askedAtMs + SCARCE_INTERVAL_MS - nowMs) : 0;
  }

  /**
   * The question for a request of so many bytes, or 0 to ask ahead. What is given back leaves the purse; `restore` puts it back
   * when the question failed.
   */
  question(bytes: number, waitingBytes: number, nowMs: number): LeaseQuestion {
    this.#askedAtMs = nowMs;
    const target = this.#use.perSecond(nowMs);
    const returned = this.#takeReturn(nowMs < this.#validUntilMs ? target : { bytes: 0, items: 0 });
    const needBytes = bytes === 0 ? 0 : Math.max(1, bytes - this.#bytes);
    // One more like this one, for those whose use is not known yet.
    this.#wantedBytes = Math.max(0, target.bytes + bytes + waitingBytes - this.#bytes);
    return {
      needBytes,
      waitingBytes,
      wantedBytes: this.#wantedBytes,
      wantedItems: Math.max(0, target.items - this.#items),
      returned,
    };
  }

  grant({ bytes, items, validMs, window }: GrantedLease, nowMs: number): void {
    this.#isScarce = bytes < this.#wantedBytes;
    this.#bytes += bytes;
    this.#items += items;
    this.#window = window;
    this.#validUntilMs = nowMs + validMs;
    this.#aheadAtMs = nowMs + validMs * AHEAD_AT;
    this.#refused = undefined;
  }

  refuse(refusal: RateRefusal, needBytes: number, nowMs: number): void {
    this.#refused = { refusal, needBytes, atMs: nowMs };
  }

  restore(returned: ReturnedLease | undefined): void {
    if (returned) this.#seals = [...returned.seals, ...this.#seals].slice(-MAX_SEALS);
    this.#bytes += returned?.bytes ?? 0;
    this.#items += returned?.items ?? 0;
  }

  /** Proves an answer of the gatekeeper, which what it granted can be given back with. */
  keepSeal(seal: Uint8Array): void {
    if (seal.length === 0) return;
    this.#seals = [...this.#seals, seal].slice(-MAX_SEALS);
    this.#lastSeal = seal;
  }

  /** Of the latest answer; undefined before there was one. */
  get lastSeal(): Uint8Array | undefined {
    return this.#lastSeal;
  }

  /** Everything, once the lease's time is over; undefined when there is nothing to give back yet. */
  takeExpired(nowMs: number): ReturnedLease | undefined {
    return nowMs < this.#validUntilMs ? undefined : this.#takeReturn({ bytes: 0, items: 0 });
  }

  /** Everything that is held, whatever its time. */
  takeAll(): ReturnedLease | undefined {
    return this.#takeReturn({ bytes: 0, items: 0 });
  }

  isIdleSince(nowMs: number, idleMs: number): boolean {
    return nowMs - Math.max(this.#askedAtMs, this.#validUntilMs) > idleMs;
  }

  /** What is above the target, and all debt. */
  #takeReturn(target: { readonly bytes: number; readonly items: number }): ReturnedLease | undefined {
    const bytes = Math.max(0, Math.floor(this.#bytes - target.bytes));
    const items = this.#items < 0 ? this.#items : Math.max(0, Math.floor(this.#items - target.items));
    if (!this.#window || (bytes === 0 && items === 0)) return undefined;
    this.#bytes -= bytes;
    this.#items -= items;
    return { seals: this.#takeSeals(bytes > 0 || items > 0), window: this.#window, bytes, items };
  }

  /** Each works once for what is left over; for a debt the latest will do. */
  #takeSeals(isLeftOver: boolean): readonly Uint8Array[] {
    if (!isLeftOver) return this.#lastSeal ? [this.#lastSeal] : [];
    const seals = this.#seals;
    this.#seals = [];
    return seals;
  }

  #standingRefusal(bytes: number, nowMs: number): StandingRefusal | undefined {
    if (!this.#refused) return undefined;
    const { refusal, needBytes, atMs } = this.#refused;
    const { retryAfterMs, availableBytes } = refusal;
    const standMs = Math.min(Math.max(retryAfterMs, MIN_STAND_MS), SCARCE_INTERVAL_MS);
    if (nowMs - atMs >= standMs) return undefined;
    const missing = bytes - (nowMs < this.#validUntilMs ? this.#bytes : 0);
    // What is too large for ever says nothing about smaller ones.
    const isMeant = retryAfterMs === 0 ? missing >= needBytes : missing > availableBytes || missing <= 0;
    return isMeant ? { refusal, waitMs: Math.max(0, retryAfterMs - (nowMs - atMs)) } : undefined;
  }
}
