import { MAX_DAYS_PER_BLOCK } from '../../native/block.js';
import { type AcceptWindow, acceptWindow, dayOf } from '../accept-window.js';
import type { TranscodeContext } from '../transcode.js';
import { UNUSUAL } from './unusual.js';
import type { WireBytes } from './wire-bytes.js';

const NANOS_PER_DAY = 86_400e9;
/** A double is within 256 of a 64-bit number of nanoseconds; nearer than this to a bound, the exact numbers decide. */
const DOUBT_NANOS = 1_024;

/** Holds times against the accept window, and notes the days of the rows that were accepted. */
export class TimeCheck {
  readonly #source: WireBytes;
  readonly days = new Set<number>();
  /** UTC day of the time that was checked last. */
  day = 0;
  /** The time of arrival in two halves. */
  nowLow = 0;
  nowHigh = 0;
  #window: AcceptWindow = { fromUnixNano: 0n, toUnixNano: 0n, description: '' };
  #nowUnixNano = 0n;
  #from = 0;
  #to = 0;
  #dayFrom = 0;
  #dayTo = 0;

  constructor(source: WireBytes) {
    this.#source = source;
  }

  open({ nowUnixNano, limits }: Pick<TranscodeContext, 'nowUnixNano' | 'limits'>): void {
    const window = acceptWindow(nowUnixNano, limits.retentionDays);
    this.#window = window;
    this.#nowUnixNano = nowUnixNano;
    this.nowLow = Number(nowUnixNano & 0xffffffffn);
    this.nowHigh = Number(nowUnixNano >> 32n);
    this.#from = Number(window.fromUnixNano) + DOUBT_NANOS;
    this.#to = Number(window.toUnixNano) - DOUBT_NANOS;
    this.days.clear();
    this.#dayFrom = this.#dayTo = 0;
  }

  /** Positions of an item's time and, of a span, its end in the request; -1 for none. UNUSUAL when either is not acceptable. */
  check(start: number, end = -1): void {
    const { view } = this.#source;
    const time = view.getUint32(start + 4, true) * 2 ** 32 + view.getUint32(start, true);
    const endTime = end < 0 ? 0 : view.getUint32(end + 4, true) * 2 ** 32 + view.getUint32(end, true);
    if (time < this.#from || time > this.#to || endTime > this.#to) this.#checkExactly(start, end);
    if (time < this.#dayFrom || time > this.#dayTo)
      this.#noteDay(dayOf(this.#source.view.getBigUint64(start, true)));
  }

  /** Notes that a row has the time of arrival, which is always acceptable. */
  noteArrival(): void {
    const now = this.nowHigh * 2 ** 32 + this.nowLow;
    if (now < this.#dayFrom || now > this.#dayTo) this.#noteDay(dayOf(this.#nowUnixNano));
  }

  #checkExactly(start: number, end: number): void {
    const { fromUnixNano, toUnixNano } = this.#window;
    const time = this.#source.view.getBigUint64(start, true);
    const endTime = end < 0 ? 0n : this.#source.view.getBigUint64(end, true);
    if (time < fromUnixNano || time > toUnixNano || endTime > toUnixNano) throw UNUSUAL;
  }

  /** Rows of further days need further blocks, which the reference makes. */
  #noteDay(day: number): void {
    this.day = day;
    this.days.add(day);
    if (this.days.size > MAX_DAYS_PER_BLOCK) throw UNUSUAL;
    this.#dayFrom = day * NANOS_PER_DAY + DOUBT_NANOS;
    this.#dayTo = (day + 1) * NANOS_PER_DAY - DOUBT_NANOS;
  }
}
