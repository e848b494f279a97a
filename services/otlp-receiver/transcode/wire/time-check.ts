import { MAX_DAYS_PER_BLOCK } from '../../native/block.js';
import { type AcceptWindow, dayOf } from '../accept-window.js';
import { UNUSUAL } from './unusual.js';
import type { WireBytes } from './wire-bytes.js';

const NANOS_PER_DAY = 86_400e9;
/** A double is within 256 of a 64-bit number of nanoseconds; nearer than this to a bound, the exact numbers decide. */
const DOUBT_NANOS = 1_024;

/** Holds times against the accept window, and notes the days of the rows that were accepted. */
export class TimeCheck {
  readonly #source: WireBytes;
  readonly days = new Set<number>();
  #window: AcceptWindow = { fromUnixNano: 0n, toUnixNano: 0n, description: '' };
  #from = 0;
  #to = 0;
  #dayFrom = 0;
  #dayTo = 0;

  constructor(source: WireBytes) {
    this.#source = source;
  }

  open(window: AcceptWindow): void {
    this.#window = window;
    this.#from = Number(window.fromUnixNano) + DOUBT_NANOS;
    this.#to = Number(window.toUnixNano) - DOUBT_NANOS;
    this.days.clear();
    this.#dayFrom = this.#dayTo = 0;
  }

  /** Positions of the two times of a span in the request; an end of -1 is not set. UNUSUAL when either is not acceptable. */
  check(start: number, end: number): void {
    const { view } = this.#source;
    const time = view.getUint32(start + 4, true) * 2 ** 32 + view.getUint32(start, true);
    const endTime = end < 0 ? 0 : view.getUint32(end + 4, true) * 2 ** 32 + view.getUint32(end, true);
    if (time < this.#from || time > this.#to || endTime > this.#to) this.#checkExactly(start, end);
    if (time < this.#dayFrom || time > this.#dayTo) this.#noteDay(start);
  }

  #checkExactly(start: number, end: number): void {
    const { fromUnixNano, toUnixNano } = this.#window;
    const time = this.#source.view.getBigUint64(start, true);
    const endTime = end < 0 ? 0n : this.#source.view.getBigUint64(end, true);
    if (time < fromUnixNano || time > toUnixNano || endTime > toUnixNano) throw UNUSUAL;
  }

  /** Rows of further days need further blocks, which the reference makes. */
  #noteDay(start: number): void {
    const day = dayOf(this.#source.view.getBigUint64(start, true));
    this.days.add(day);
    if (this.days.size > MAX_DAYS_PER_BLOCK) throw UNUSUAL;
    this.#dayFrom = day * NANOS_PER_DAY + DOUBT_NANOS;
    this.#dayTo = (day + 1) * NANOS_PER_DAY - DOUBT_NANOS;
  }
}
