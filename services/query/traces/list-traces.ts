import type { MessageInitShape } from '@bufbuild/protobuf';
import type { TraceSummarySchema } from '../../../gen/es/gob/query/v1/query_pb.js';
import type { Reading } from '../clickhouse/reading.js';
import type { Condition } from '../filter/compile-filter.js';
import { type CandidateRow, traceCandidates } from '../sql/traces/trace-candidates.js';
import { type LastSpanRow, lastSpanOfTraces } from '../sql/traces/trace-summaries.js';
import { earlier, HOUR_NANO, intersect, later, type Range, storedRange } from '../time/time-range.js';
import { windows } from '../time/windows.js';
import { summariesOfTraces } from './summaries-of-traces.js';
import { toSummary } from './summary-row.js';
import type { TraceOrder } from './trace-order.js';

/** Behind a range that ends this shortly ago there is so little that all of it may be read. */
const NEWEST_NANO = 60_000_000_000n;
/** Hours of one operation are read about as fast as one hour of it, since an hour's spans are ordered by service and operation. */
const ONE_OPERATION_NANO = 6n * HOUR_NANO;
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
  /** Whether the condition lets in one service and operation only, which lie together. */
  readonly isOneOperation?: boolean;
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
          ...(options.isOneOperation && { firstNano: ONE_OPERATION_NANO }),
        })
      : // By duration nothing can be left out.
        [range];
  for (const window of parts) {
    await page.fillFrom(window);
    if (page.isFull) break;
  }
  return page.finish();
}

interface Candidate extends CandidateRow {
  readonly window: Range;
}

/**
 * Collects a page, window by window: first candidates, and when there are enough of them, or no more, their summaries in one statement.
 * The cursor moves over every candidate, also over those that are left out.
 */
class PageBuilder {
  readonly #reading: Reading;
  readonly #options: TracePageOptions;
  readonly #stored: Range;
  readonly #traces: TraceSummaryInit[] = [];
  #candidates: Candidate[] = [];
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
    return this.#found * SPARSE_SHARE < this.#options.pageSize;
  }

  get #found(): number {
    return this.#traces.length + this.#candidates.length;
  }

  async finish(): Promise<TracePage> {
    await this.#summarise();
    return { traces: this.#traces, last: this.#last };
  }

  async fillFrom(window: Range): Promise<void> {
    const lastSpanUnixNano = await this.#lastSpan(window);
    if (lastSpanUnixNano === undefined) return;
    for (let mayHaveMore = true; mayHaveMore && !this.isFull; ) {
      const limit = this.#options.pageSize - this.#found;
      const { condition, order } = this.#options;
      const after = this.#cursor;
      const rows = await this.#reading.rows<CandidateRow>(
        traceCandidates({ range: window, lastSpanUnixNano, condition, order, after, limit }),
      );
      this.#take(rows, window);
      mayHaveMore = rows.length === limit;
      if (mayHaveMore) await this.#summarise();
    }
  }

  #take(rows: readonly CandidateRow[], window: Range): void {
    this.#candidates.push(...rows.map((row) => ({ ...row, window })));
    const last = rows.at(-1);
    if (last) this.#cursor = cursorOf(last);
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

  /** Moves candidates to the page. One that began long before its window belongs to an earlier one, or to none. */
  async #summarise(): Promise<void> {
    const candidates = this.#candidates;
    if (candidates.length === 0) return;
    this.#candidates = [];
    const traceIds = [...new Set(candidates.map((candidate) => candidate.trace_id))];
    const summaries = await summariesOfTraces(this.#reading, {
      traceIds,
      hours: hoursOf(candidates),
      stored: this.#stored,
    });
    for (const candidate of candidates) {
      const row = summaries.get(candidate.trace_id);
      if (!row || BigInt(row.start) < candidate.window.startUnixNano) continue;
      this.#traces.push(toSummary(row, this.#options.condition ? candidate.matched : row.spans));
      this.#last = cursorOf(candidate);
    }
  }
}

/** Traces are short: they end within an hour after their window. */
function hoursOf(candidates: readonly Candidate[]): Range {
  const starts = candidates.map(({ window }) => window.startUnixNano).reduce(earlier);
  const ends = candidates.map(({ window }) => window.endUnixNano).reduce(later);
  return { startUnixNano: starts - HOUR_NANO, endUnixNano: ends + HOUR_NANO };
}

function cursorOf({ sort_key: key, trace_id: traceId }: CandidateRow): Cursor {
  return { key: BigInt(key), traceId };
}
