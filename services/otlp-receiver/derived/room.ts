import type { ReceivedSignal } from '../admission/admission.js';

/** Which room: series of a tenant's day, or attributes of one of its projects. */
export interface RoomPlace {
  readonly tenantId: number;
  readonly signal: ReceivedSignal;
  /** UTC day since 1970. */
  readonly day: number;
  /** Values of the attribute `key`, or names of attributes where that is empty. */
  readonly attribute?: { readonly projectId: bigint; readonly source: string; readonly key: string };
}

/** What a receiver asks for under a cap that all receivers fill together. */
export interface RoomClaim {
  /** Let in and not known to be stored, and granted and not used. */
  readonly held: number;
  readonly stored: number;
  /** Whether `stored` was counted just now. */
  readonly isCounted: boolean;
  readonly need: number;
  readonly want: number;
}

export interface RoomGrant {
  readonly granted: number;
  /** What other receivers hold. */
  readonly others: number;
}

/** Undefined when nobody can tell. */
export type AskRoom = (place: RoomPlace, claim: RoomClaim) => Promise<RoomGrant | undefined>;

/** What a room is for, and how to learn about it. */
export interface RoomDemand {
  readonly cap: number;
  /** How many things want to be let in. */
  readonly need: number;
  /** What this process has let in and does not know to be stored, and what it knows to be stored. */
  readonly held: () => number;
  readonly stored: () => number;
  readonly ask: (claim: RoomClaim) => Promise<RoomGrant | undefined>;
  /** Counts what is stored anew; false when that was done a moment ago or cannot be done. */
  readonly count: () => Promise<boolean>;
}

interface Short {
  readonly cap: number;
  readonly sinceMs: number;
  /** What others held is perhaps the same, or stored: then this is no more than a guess. */
  readonly isSure: boolean;
}

/** An export waits no longer than that for room; what does not fit by then counts as over the cap. */
const MAX_WAIT_MS = 1_500;
const MAX_ROUNDS = 4;
/** Others count on it that what was granted is not used later. */
const SPARE_MS = 30_000;
const MIN_AHEAD = 16;
/** While nobody answers, each receiver lets in this part of the room that it last knew of. */
const ALONE_PARTS = 8;
/** After that long, others would have seen what is stored. */
const DOUBT_MS = 10_000;
const MIN_INTERVAL_MS = 2_000;
const FULL_INTERVAL_MS = 30_000;
/** What is held is compared with what is stored when it is this part of the room: it may be what others hold, too. */
const RELEASE_PARTS = 16;

/**
 * Room under one cap, as far as this process was granted some. Taking what was granted waits for nobody; more is asked for when
 * it runs low, so that an export waits only when very much comes that is new.
 */
export class Room {
  #spare = 0;
  #spareUntilMs = Number.NEGATIVE_INFINITY;
  #lastGranted = 0;
  #taken = 0;
  #claimedAtMs = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;
  #short: Short | undefined;
  /** Of what may be let in while nobody answers. */
  #aloneLeft: number | undefined;

  /** Takes room for one thing. */
  take(nowMs: number): boolean {
    if (this.#spareAt(nowMs) === 0) return false;
    this.#spare--;
    this.#taken++;
    return true;
  }

  /** Whether there was no more when somebody asked last, under no larger cap. */
  isFull(cap: number): boolean {
    return this.#short !== undefined && cap <= this.#short.cap;
  }

  /** Whether it is full for certain, and not of what several receivers hold at the same time. */
  isSurelyFull(cap: number, nowMs: number): boolean {
    if (!this.#short || !this.isFull(cap)) return false;
    return this.#short.isSure || nowMs - this.#short.sinceMs > DOUBT_MS;
  }

  /** Resolves when there is room for so many, or is known to be none, or it has taken too long. */
  async provide(demand: RoomDemand): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, MAX_WAIT_MS);
    });
    await Promise.race([this.#provide(demand), late]);
    clearTimeout(timer);
  }

  /** To be called now and then: asks ahead, gives back, and looks whether there is room again. Never waits. */
  review(demand: RoomDemand): void {
    if (this.#running) return;
    const nowMs = performance.now();
    const sinceMs = nowMs - this.#claimedAtMs;
    const fullMs = this.isSurelyFull(demand.cap, nowMs) ? FULL_INTERVAL_MS : MIN_INTERVAL_MS;
    const room = Math.max(0, demand.cap - demand.stored());
    const isFull = this.isFull(demand.cap);
    const isDue = isFull
      ? sinceMs > fullMs
      : sinceMs > MIN_INTERVAL_MS && demand.held() >= Math.max(1, room / RELEASE_PARTS);
    if (isDue) this.#start(() => this.#countAndClaim({ ...demand, need: isFull ? 1 : 0 }));
    else if (!isFull && this.#taken > 0 && this.#spareAt(nowMs) < this.#lastGranted / 4)
      this.#start(() => this.#claim({ ...demand, need: 0 }, false));
  }

  async #provide(demand: RoomDemand): Promise<void> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      if (this.#spareAt(performance.now()) >= demand.need || this.isFull(demand.cap)) return;
      await (this.#running ?? this.#start(() => this.#claim(demand, false)));
    }
  }

  #start(work: () => Promise<void>): Promise<void> {
    this.#running = work().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #countAndClaim(demand: RoomDemand): Promise<void> {
    await this.#claim(demand, await demand.count());
  }

  async #claim(demand: RoomDemand, isCounted: boolean): Promise<void> {
    const { cap, need, ask } = demand;
    const nowMs = performance.now();
    const spare = this.#spareAt(nowMs);
    const missing = Math.max(0, need - spare);
    const held = demand.held() + spare;
    // Doubles what is held, so that the number of questions grows with the logarithm.
    const want = missing + Math.max(MIN_AHEAD, demand.held());
    this.#claimedAtMs = nowMs;
    const grant = await ask({ held, stored: demand.stored(), isCounted, need: missing, want });
    const granted = grant ? grant.granted : this.#alone(demand, want);
    if (grant) this.#aloneLeft = undefined;
    this.#enter(granted, nowMs);
    if (granted >= missing) this.#short = undefined;
    else if (grant && !isCounted && (await demand.count())) await this.#claim(demand, true);
    else
      this.#short = {
        cap,
        sinceMs: this.#short?.sinceMs ?? nowMs,
        isSure: grant?.others === 0,
      };
  }

  #alone({ cap, held, stored }: RoomDemand, want: number): number {
    const left = this.#aloneLeft ?? Math.floor(Math.max(0, cap - stored() - held()) / ALONE_PARTS);
    const granted = Math.min(left, want);
    this.#aloneLeft = left - granted;
    return granted;
  }

  #enter(granted: number, askedAtMs: number): void {
    this.#spare = this.#spareAt(performance.now()) + granted;
    this.#lastGranted = granted;
    this.#taken = 0;
    this.#spareUntilMs = askedAtMs + SPARE_MS;
  }

  #spareAt(nowMs: number): number {
    if (nowMs >= this.#spareUntilMs) this.#spare = 0;
    return this.#spare;
  }
}
