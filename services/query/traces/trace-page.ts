import type { MessageInitShape } from '@bufbuild/protobuf';
import type { TraceSummarySchema } from '../../../gen/es/gob/query/v1/query_pb.js';
import type { Reading } from '../clickhouse/reading.js';
import type { Condition } from '../filter/compile-filter.js';
import { type CandidateRow, traceCandidates } from '../sql/traces/trace-candidates.js';
import { fewMatches, type MatchRow } from '../sql/traces/trace-matches.js';
import { type LastSpanRow, lastSpanOfTraces } from '../sql/traces/trace-summaries.js';
import { later, type Range } from '../time/time-range.js';
import { summariesOfTraces } from './summaries-of-traces.js';
import { toSummary } from './summary-row.js';
import { type Cursor, inOrder, type TraceOrder } from './trace-order.js';

/** Behind a range that ends this shortly ago there is so little that all of it may be read. */
const NEWEST_NANO = 60_000_000_000n;
/** A page is sparse while less than one in so many of its places is taken. */
const SPARSE_SHARE = 5;
/** So many traces are summarised about as fast as the summaries of an hour of a busy project are read. */
const FEW_TRACES = 500;

export type TraceSummaryInit = MessageInitShape<typeof TraceSummarySchema>;

export interface TracePage {
  readonly traces: TraceSummaryInit[];
  /** The last trace of the page; undefined when the page is empty. */
  readonly last: Cursor | undefined;
}

export interface PageBuilderOptions {
  /** Which spans are selected; undefined: all. */
  readonly condition: Condition | undefined;
  readonly order: TraceOrder;
  readonly pageSize: number;
  /** The page begins behind this trace. */
  readonly after: Cursor | undefined;
  /** Where rows of the tenant can lie. */
  readonly stored: Range;
}

interface Candidate {
  readonly traceId: string;
  /** Spans that satisfy the condition. */
  readonly matched: string;
  /** When one of its spans starts. */
  readonly spanUnixNano: bigint;
  /** Its key in the listing; undefined while its first span is not known. */
  readonly key: bigint | undefined;
  readonly window: Range;
}

/**
 * Collects a page, window by window: first candidates, and when there are enough of them, or no more, their summaries in one go.
 * The cursor moves over every candidate, also over those that are left out.
 */
export class PageBuilder {
  readonly #reading: Reading;
  readonly #options: PageBuilderOptions;
  readonly #traces: TraceSummaryInit[] = [];
  #candidates: Candidate[] = [];
  #cursor: Cursor | undefined;
  #last: Cursor | undefined;
  #mayBeRare = false;

  constructor(reading: Reading, options: PageBuilderOptions) {
    this.#reading = reading;
    this.#options = options;
    this.#cursor = options.after;
  }

  get isFull(): boolean {
    return this.#traces.length >= this.#options.pageSize;
  }

  /** So few were found so far that windows of the usual growth would go on for long. */
  get isSparse(): boolean {
    return this.#found * SPARSE_SHARE < this.#options.pageSize;
  }

  get #found(): number {
    return this.#traces.length + this.#candidates.length;
  }

  async finish(): Promise<TracePage> {
    await this.#summarise();
    return { traces: this.#traces, last: this.#last };
  }

  /** Fills the page with what a window has for it. */
  async fillFrom(window: Range): Promise<void> {
    const lastSpanUnixNano = await this.#lastSpan(window);
    if (lastSpanUnixNano === undefined) return;
    const isDone = this.#mayBeRare && (await this.#takeFew(window, lastSpanUnixNano));
    if (!isDone) await this.#takeNext(window, lastSpanUnixNano);
    this.#mayBeRare = this.isSparse;
  }

  /** The same, but only when few traces of the window satisfy the condition. Whether so. */
  async fillWithFew(window: Range): Promise<boolean> {
    const lastSpanUnixNano = await this.#lastSpan(window);
    this.#mayBeRare = lastSpanUnixNano === undefined || (await this.#takeFew(window, lastSpanUnixNano));
    return this.#mayBeRare;
  }

  /** All traces of a window that satisfy the condition, unless they are many. Whether that was possible. */
  async #takeFew(window: Range, lastSpanUnixNano: bigint): Promise<boolean> {
    const { condition, order, pageSize } = this.#options;
    if (!condition || order.key !== 'start') return false;
    const { startUnixNano } = window;
    const rows = await this.#reading.rows<MatchRow>(
      fewMatches({ startUnixNano, lastSpanUnixNano, condition, atMost: FEW_TRACES }),
    );
    if (rows.length > FEW_TRACES) return false;
    for (const { trace_id: traceId, matched, first_match } of rows)
      this.#candidates.push({ traceId, matched, spanUnixNano: BigInt(first_match), key: undefined, window });
    if (this.#found >= pageSize) await this.#summarise();
    return true;
  }

  /** The next traces of a window in the order of the listing, until the page is full. */
  async #takeNext(window: Range, lastSpanUnixNano: bigint): Promise<void> {
    const { condition, order, pageSize } = this.#options;
    for (let mayHaveMore = true; mayHaveMore && !this.isFull; ) {
      const limit = pageSize - this.#found;
      const after = this.#cursor;
      const rows = await this.#reading.rows<CandidateRow>(
        traceCandidates({ range: window, lastSpanUnixNano, condition, order, after, limit }),
      );
      for (const { trace_id: traceId, matched, sort_key, first_start } of rows) {
        this.#cursor = { key: BigInt(sort_key), traceId };
        this.#candidates.push({
          ...{ traceId, matched, window },
          ...{ key: BigInt(sort_key), spanUnixNano: BigInt(first_start) },
        });
      }
      mayHaveMore = rows.length === limit;
      if (mayHaveMore) await this.#summarise();
    }
  }

  /** Only filters and durations look beyond the window. Undefined: no trace has spans in it. */
  async #lastSpan(window: Range): Promise<bigint | undefined> {
    const { order, condition, stored } = this.#options;
    if (!condition && order.key === 'start') return window.endUnixNano;
    if (this.#isNearNow(window)) return stored.endUnixNano;
    const [row] = await this.#reading.rows<LastSpanRow>(lastSpanOfTraces(window, stored));
    const lastSpan = BigInt(row?.last_span ?? 0);
    return lastSpan === 0n ? undefined : later(lastSpan, window.endUnixNano);
  }

  /** Whether what was stored after the window is little next to it: to read that, too, costs less than to ask how far to read. */
  #isNearNow({ startUnixNano, endUnixNano }: Range): boolean {
    const nowUnixNano = BigInt(Math.trunc(this.#reading.nowMs)) * 1_000_000n;
    return nowUnixNano - endUnixNano <= later(NEWEST_NANO, (endUnixNano - startUnixNano) / 2n);
  }

  /** Moves candidates to the page, as many as it takes. */
  async #summarise(): Promise<void> {
    const { order, condition, stored, pageSize } = this.#options;
    const candidates = this.#candidates;
    this.#candidates = [];
    const spans = new Map(candidates.map(({ traceId, spanUnixNano }) => [traceId, spanUnixNano]));
    const hours = [...spans].map(([traceId, unixNano]) => ({ traceId, unixNano }));
    const summaries = await summariesOfTraces(this.#reading, hours, stored);
    const found = candidates.flatMap((candidate) => {
      const row = summaries.get(candidate.traceId);
      return row
        ? [{ row, candidate, place: { key: candidate.key ?? BigInt(row.start), traceId: row.trace_id } }]
        : [];
    });
    for (const { row, candidate, place } of found.sort((a, b) => inOrder(order, a.place, b.place))) {
      if (this.#traces.length === pageSize) break;
      if (!this.#belongs(place, BigInt(row.start), candidate)) continue;
      this.#traces.push(toSummary(row, condition ? candidate.matched : row.spans));
      this.#last = place;
    }
  }

  /** One that began before its window belongs to an earlier one, or to none. */
  #belongs(place: Cursor, startUnixNano: bigint, { window, key }: Candidate): boolean {
    const { order, after } = this.#options;
    const isInWindow = startUnixNano >= window.startUnixNano && startUnixNano <= window.endUnixNano;
    return isInWindow && (key !== undefined || !after || inOrder(order, after, place) < 0);
  }
}
