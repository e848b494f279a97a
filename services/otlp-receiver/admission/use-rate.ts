export interface Use {
  readonly bytes: number;
  readonly items: number;
}

/** Use is measured over at least this long. */
const MIN_SPAN_MS = 250;
/** Weight of the latest span against all before it. */
const LATEST = 0.5;
/** A little more than lately, so that a steady sender does not run out just before the next lease. */
const HEADROOM = 1.2;
/** Items of somebody who has sent none yet: a usual batch. */
const FIRST_ITEMS = 512;

/** What a sender took per second lately: a moving average of bytes and items. */
export class UseRate {
  #average: { bytes: number; items: number } | undefined;
  #bytes = 0;
  #items = 0;
  #sinceMs: number;

  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
  }

  add({ bytes, items }: Use): void {
    this.#bytes += bytes;
    this.#items += items;
  }

  /** What the next second is expected to take. */
  perSecond(nowMs: number): Use {
    const spanMs = nowMs - this.#sinceMs;
    if (spanMs >= MIN_SPAN_MS) {
      const latest = { bytes: (this.#bytes * 1000) / spanMs, items: (this.#items * 1000) / spanMs };
      const before = this.#average ?? latest;
      this.#average = {
        bytes: before.bytes + (latest.bytes - before.bytes) * LATEST,
        items: before.items + (latest.items - before.items) * LATEST,
      };
      this.#bytes = 0;
      this.#items = 0;
      this.#sinceMs = nowMs;
    }
    const { bytes, items } = this.#average ?? { bytes: this.#bytes, items: FIRST_ITEMS };
    return { bytes: Math.ceil(bytes * HEADROOM), items: Math.max(1, Math.ceil(items * HEADROOM)) };
  }
}
