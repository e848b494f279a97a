import type { MessageInitShape } from '@bufbuild/protobuf';
import type { TraceSummarySchema } from '../../../gen/es/gob/query/v1/query_pb.js';
import type { Reading } from '../clickhouse/reading.js';
import type { Condition } from '../filter/compile-filter.js';
import { type CandidateRow, traceCandidates } from '../sql/traces/trace-candidates.js';
import {
  type LastSpanRow,
  lastSpanOfTraces,
  type MatchRow,
  matchedSpans,
  type SummaryRow,
  traceSummaries,
} from '../sql/traces/trace-summaries.js';
import { intersect, later, type Range, storedRange } from '../time/time-range.js';
import { windows } from '../time/windows.js';
import { toSummary } from './summary-row.js';
import type { TraceOrder } from './trace-order.js';

/** Behind a range that ends this shortly ago there is so little that all of it may be read. */
const NEWEST_NANO = 60_000_000_000n;
/** A page is sparse while less than one in so many of its places is taken. */
const SPARSE_SHARE = 5;

export type TraceSummaryInit = MessageInitShape<typeof TraceSummarySchema>;

/** A place between two traces of a listing. */
export interface Cursor {
  readonly key: bigint;
  readonly traceId: string;
}

export interface TracePageOptions {
  readonly range: Range;
  /** Which spans are selected; undefined: all. */
  readonly condition: Condition | undefined;
  readonly order: TraceOrder;
  readonly pageSize: number;
  /** The page begins behind this trace. */
  readonly after: Cursor | undefined;
}

export interface TracePage {
  readonly traces: TraceSummaryInit[];
  /** The last trace of the page; undefined when the page is empty. */
  readonly last: Cursor | undefined;
}

/** One page of whole traces that begin in the range; empty only at the end of the listing. */
export async function listTracePage(reading: Reading, options: TracePageOptions): Promise<TracePage> {
  const stored = storedRange(reading.nowMs, reading.reader.retentionDays);
  const range = intersect(options.range, stored);
  if (!range) return { traces: [], last: undefined };
  const page = new PageBuilder(reading, { ...options, range }, stored);
  const { order, after } = options;
  const parts =
    order.key === 'start'
      ? windows(range, {
          isDescending: order.isDescending,
          from: after?.key,
          isSparse: () => page.isSparse,
        })
      : // By duration nothing can be left out.
        [range];
  for (const window of parts) {
    await page.fillFrom(window);
    if (page.isFull) break;
  }
  return page.finish();
}

/** Collects a page, window by window. The cursor moves over every candidate, also over those that are left out. */
class PageBuilder {
  readonly #reading: Reading;
  readonly #options: TracePageOptions;
  readonly #stored: Range;
  readonly #traces: TraceSummaryInit[] = [];
  #cursor: Cursor | undefined;
  #last: Cursor | undefined;

  constructor(reading: Reading, options: TracePageOptions, stored: Range) {
    this.#reading = reading;
    this.#options = options;
    this.#stored = stored;
    this.#cursor = options.after;
  }

  get isFull(): boolean {
    return this.#traces.length >= this.#options.pageSize;
  }

  /** So few were found so far that windows of the usual growth would go on for long. */
  get isSparse(): boolean {
    return this.#traces.length * SPARSE_SHARE < this.#options.pageSize;
  }

  finish(): TracePage {
    return { traces: this.#traces, last: this.#last };
  }

  async fillFrom(window: Range): Promise<void> {
    const lastSpanUnixNano = await this.#lastSpan(window);
    if (lastSpanUnixNano === undefined) return;
    for (let mayHaveMore = true; mayHaveMore && !this.isFull; ) {
      const limit = this.#options.pageSize - this.#traces.length;
      const { condition, order } = this.#options;
      const after = this.#cursor;
      const candidates = await this.#reading.rows<CandidateRow>(
        traceCandidates({ range: window, lastSpanUnixNano, condition, order, after, limit }),
      );
      await this.#append(candidates, window);
      mayHaveMore = candidates.length === limit;
    }
  }

  /** Only filters and durations look beyond the window. Undefined: no trace has spans in it. */
  async #lastSpan(window: Range): Promise<bigint | undefined> {
    const { order, condition } = this.#options;
    if (!condition && order.key === 'start') return window.endUnixNano;
    if (this.#isNearNow(window)) return this.#stored.endUnixNano;
    const [row] = await this.#reading.rows<LastSpanRow>(lastSpanOfTraces(window, this.#stored));
    const lastSpan = BigInt(row?.last_span ?? 0);
    return lastSpan === 0n ? undefined : later(lastSpan, window.endUnixNano);
  }

  /** Whether what was stored after the window is little next to it: to read that, too, costs less than to ask how far to read. */
  #isNearNow({ startUnixNano, endUnixNano }: Range): boolean {
    const nowUnixNano = BigInt(Math.trunc(this.#reading.nowMs)) * 1_000_000n;
    return nowUnixNano - endUnixNano <= later(NEWEST_NANO, (endUnixNano - startUnixNano) / 2n);
  }

  async #append(candidates: readonly CandidateRow[], window: Range): Promise<void> {
    if (candidates.length === 0) return;
    const summaries = await this.#summarise(candidates.map((row) => row.trace_id));
    for (const { trace_id: traceId, sort_key: key } of candidates) {
      this.#cursor = { key: BigInt(key), traceId };
      const summary = summaries.get(traceId);
      // A trace that began long before the window belongs to an earlier one, or to none.
      if (!summary || BigInt(summary.startUnixNano ?? 0) < window.startUnixNano) continue;
      this.#traces.push(summary);
      this.#last = this.#cursor;
    }
  }

  async #summarise(traceIds: readonly string[]): Promise<Map<string, TraceSummaryInit>> {
    const { condition } = this.#options;
    const traces = { traceIds, stored: this.#stored };
    const [rows, matches] = await Promise.all([
      this.#reading.rows<SummaryRow>(traceSummaries(traces)),
      condition && this.#reading.rows<MatchRow>(matchedSpans(traces, condition)),
    ]);
    const matched = matches && new Map(matches.map((row) => [row.trace_id, row.matched]));
    return new Map(
      rows.map((row) => [
        row.trace_id,
        toSummary(row, matched ? (matched.get(row.trace_id) ?? '0') : row.spans),
      ]),
    );
  }
}
