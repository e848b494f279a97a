import { setTimeout as sleep } from 'node:timers/promises';
import type { AppError } from '../../../../lib/errors/app-error.js';
import { toAppError } from '../../../../lib/errors/connect.js';
import type { Logger } from '../../../../lib/telemetry/logger.js';
import type { Reader } from '../../access/reader.js';
import { openReading, type Reading } from '../../clickhouse/reading.js';
import type { QueryContext } from '../../context.js';
import type { LogRow } from '../../sql/logs/log-columns.js';
import { logTailCounts, logTailRows, type TailCountRow } from '../../sql/logs/log-tail.js';
import type { Range } from '../../time/time-range.js';
import type { LogFilter } from '../log-filter.js';
import type { TailViewer } from './tail-viewer.js';
import { type TailArrivals, type TailPlan, TailWindow } from './tail-window.js';

/** Shortest time from one poll to the next. */
const POLL_INTERVAL_MS = 1_000;
/** A slow store is asked less often: between two polls it rests at least as long as it worked. */
const REST_PER_WORK = 1;
/** Most rows of one poll; more than a person can read. */
const MAX_ROWS_PER_POLL = 500;
/** Rows with a time ahead of ours are shown as they arrive, if they are not further ahead than this. */
const AHEAD_SECONDS = 300;
const MAX_OVERLAP_MS = 3_600_000;

export interface TailFeedOptions {
  readonly context: QueryContext;
  /** Of the viewer that came first. */
  readonly reader: Reader;
  readonly filter: LogFilter;
  readonly overlapMs: number;
  readonly logger: Logger;
  /** Called when the feed has ended by itself. */
  readonly onEnd: () => void;
}

/** Looks for new rows of one filter once a second while anybody watches, and hands them to every viewer. */
export class TailFeed {
  readonly #options: TailFeedOptions;
  readonly #viewers = new Set<TailViewer>();
  readonly #stopping = new AbortController();
  #reader: Reader;
  readonly #window = new TailWindow(MAX_ROWS_PER_POLL);
  /** Resolves when the feed stands: what arrives from now on is shown. Rejects never; a failure is the viewers'. */
  readonly ready: Promise<void>;

  constructor(options: TailFeedOptions) {
    this.#options = options;
    this.#reader = options.reader;
    const { promise, resolve } = withResolver();
    this.ready = promise;
    void this.#run(resolve).finally(resolve);
  }

  /** All viewers of a feed read the same project; the one that came last knows the tenant's limits as they are now. */
  readAs(reader: Reader): void {
    this.#reader = reader;
  }

  add(viewer: TailViewer): void {
    this.#viewers.add(viewer);
  }

  /** The last one to leave ends the feed, and the statement that may be running for it. */
  remove(viewer: TailViewer): void {
    this.#viewers.delete(viewer);
    if (this.#viewers.size > 0 || this.#stopping.signal.aborted) return;
    this.#stopping.abort();
    this.#options.onEnd();
  }

  async #run(onReady: () => void): Promise<void> {
    const { signal } = this.#stopping;
    try {
      for (let isFirst = true; !signal.aborted; isFirst = false) {
        const startedAtMs = performance.now();
        const { rows, dropped } = await this.#poll(isFirst);
        if (isFirst) onReady();
        else for (const viewer of this.#viewers) viewer.push(rows, dropped);
        const workMs = performance.now() - startedAtMs;
        await sleep(Math.max(POLL_INTERVAL_MS - workMs, workMs * REST_PER_WORK), undefined, { signal });
      }
    } catch (thrown) {
      if (signal.aborted) return;
      this.#stopping.abort();
      this.#options.onEnd();
      this.#failAll(toAppError(thrown));
    }
  }

  #failAll(error: AppError): void {
    if (error.code === 'internal') this.#options.logger.error({ err: error.cause }, 'live tail failed');
    for (const viewer of this.#viewers) viewer.fail(error);
  }

  async #poll(isFirst: boolean): Promise<TailArrivals> {
    const { context, filter } = this.#options;
    const reading = openReading(context, { reader: this.#reader, signal: this.#stopping.signal });
    const { range, from, seconds } = this.#range(reading.nowMs);
    const counts = await reading.rows<TailCountRow>(logTailCounts(range, filter, seconds));
    const plan = isFirst ? this.#window.begin(counts) : this.#window.plan(counts, from);
    if (plan.seconds.length === 0) return { rows: [], dropped: plan.skipped };
    return this.#window.accept(plan, await this.#read(reading, plan));
  }

  #read(reading: Reading, { seconds }: TailPlan): Promise<readonly LogRow[]> {
    const range = rangeOfSeconds(Math.min(...seconds), Math.max(...seconds));
    const { filter } = this.#options;
    return reading.rows<LogRow>(logTailRows({ range, filter, seconds, limit: MAX_ROWS_PER_POLL }));
  }

  /** Whole seconds, so that what a second holds is counted alike by every poll. */
  #range(nowMs: number): { readonly range: Range; readonly from: number; readonly seconds: number } {
    const overlapMs = Math.min(this.#options.overlapMs, MAX_OVERLAP_MS);
    const from = Math.floor((nowMs - overlapMs) / 1_000);
    const to = Math.floor(nowMs / 1_000) + AHEAD_SECONDS;
    return { range: rangeOfSeconds(from, to), from, seconds: to - from + 1 };
  }
}

function rangeOfSeconds(first: number, last: number): Range {
  return {
    startUnixNano: BigInt(first) * 1_000_000_000n,
    endUnixNano: BigInt(last + 1) * 1_000_000_000n - 1n,
  };
}

function withResolver(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
