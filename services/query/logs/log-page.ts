import type { Reading } from '../clickhouse/reading.js';
import type { LogRow } from '../sql/logs/log-columns.js';
import { type LogEdgeRow, logPageEdge, logPageNewest, logPageRows } from '../sql/logs/log-page.js';
import { earlier, later, type Range } from '../time/time-range.js';
import type { Fingerprint } from './fingerprint.js';
import { isLikelyRare } from './likely-rare.js';
import type { LogFilter } from './log-filter.js';
import { fingerprintOf } from './log-row.js';
import { logWindows } from './log-windows.js';

/** A page is sparse while less than one in so many of its places is taken. */
const SPARSE_SHARE = 5;

export interface LogPageQuery {
  /** Within what is stored. */
  readonly range: Range;
  readonly filter: LogFilter;
  /** Newest first, or oldest first. */
  readonly isDescending: boolean;
  readonly pageSize: number;
  /** The page begins behind this record. */
  readonly after?: Fingerprint | undefined;
}

/** The next records in the order of time, then of fingerprint; empty only at the end. */
export async function readLogPage(reading: Reading, query: LogPageQuery): Promise<readonly LogRow[]> {
  const page = new PageReader(reading, query);
  const { isDescending, filter } = query;
  const options = { isDescending, isRare: isLikelyRare(filter), isSparse: () => page.isSparse };
  for (const window of logWindows(startingAt(query), options)) {
    if (page.isFull) break;
    await page.fillFrom(window);
  }
  return page.rows;
}

function startingAt({ range, isDescending, after }: LogPageQuery): Range {
  const { startUnixNano, endUnixNano } = range;
  if (!after) return range;
  return isDescending
    ? { startUnixNano, endUnixNano: earlier(after.unixNano, endUnixNano) }
    : { startUnixNano: later(after.unixNano, startUnixNano), endUnixNano };
}

/** Collects a page, window by window. */
class PageReader {
  readonly #reading: Reading;
  readonly #query: LogPageQuery;
  readonly #rows: LogRow[] = [];
  #after: Fingerprint | undefined;

  constructor(reading: Reading, query: LogPageQuery) {
    this.#reading = reading;
    this.#query = query;
    this.#after = query.after;
  }

  get rows(): readonly LogRow[] {
    return this.#rows;
  }

  get isFull(): boolean {
    return this.#rows.length >= this.#query.pageSize;
  }

  /** So few were found so far that windows of the usual growth would go on for long. */
  get isSparse(): boolean {
    return this.#rows.length * SPARSE_SHARE < this.#query.pageSize;
  }

  async fillFrom(window: Range): Promise<void> {
    for (let mayHaveMore = true; mayHaveMore && !this.isFull; ) {
      const limit = this.#query.pageSize - this.#rows.length;
      mayHaveMore = this.#isCursorIn(this.#behindCursor(window))
        ? await this.#goOn(window, limit)
        : await this.#begin(window, limit);
    }
  }

  /** The first rows of a window that the cursor is not in. Whether there may be more. */
  async #begin(window: Range, limit: number): Promise<boolean> {
    const { filter, isDescending } = this.#query;
    const found = await this.#reading.rows<LogRow>(
      logPageNewest({ range: window, filter, isDescending, limit }),
    );
    const rows = withoutRepeats(found);
    const edge = rows.at(-1)?.time;
    if (edge === undefined || found.length < limit) {
      this.#push(rows);
      return false;
    }
    // More may share the last time than were found.
    this.#push(rows.filter(({ time }) => time !== edge));
    const at = { startUnixNano: BigInt(edge), endUnixNano: BigInt(edge) };
    await this.#read(at, this.#query.pageSize - this.#rows.length);
    return true;
  }

  /** The next rows of a window that the page has come to. Whether there may be more. */
  async #goOn(window: Range, limit: number): Promise<boolean> {
    const { reach, hasMore } = await this.#reach(window, limit);
    const rows = reach ? await this.#read(reach, limit) : [];
    // Rows that were delivered again count for the reach, but not for the page, so that one look may not fill it.
    return hasMore && rows.length > 0;
  }

  /** The part of a window that the next `limit` rows lie in; undefined when there are none. */
  async #reach(window: Range, limit: number): Promise<{ reach: Range | undefined; hasMore: boolean }> {
    const { filter, isDescending } = this.#query;
    const rest = this.#behindCursor(window);
    const range = this.#beyondCursor(rest);
    if (range.startUnixNano > range.endUnixNano) return { reach: rest, hasMore: false };
    const [row] = await this.#reading.rows<LogEdgeRow>(logPageEdge({ range, filter, isDescending, limit }));
    const found = Number(row?.found ?? 0);
    const hasMore = found === limit;
    if (found === 0 && !this.#isCursorIn(rest)) return { reach: undefined, hasMore };
    if (!hasMore) return { reach: rest, hasMore };
    const edge = BigInt(row?.edge ?? 0);
    const reach = isDescending ? { ...rest, startUnixNano: edge } : { ...rest, endUnixNano: edge };
    return { reach, hasMore };
  }

  async #read(range: Range, limit: number): Promise<readonly LogRow[]> {
    const { filter, isDescending } = this.#query;
    const after = this.#isCursorIn(range) ? this.#after : undefined;
    const rows = await this.#reading.rows<LogRow>(logPageRows({ range, filter, isDescending, limit, after }));
    this.#push(rows);
    return rows;
  }

  #push(rows: readonly LogRow[]): void {
    this.#rows.push(...rows);
    const last = rows.at(-1);
    if (last) this.#after = fingerprintOf(last);
  }

  /** What is left of a window: from the cursor on, its instant included, since more rows may share it. */
  #behindCursor(window: Range): Range {
    const after = this.#after;
    if (!after) return window;
    return this.#query.isDescending
      ? { ...window, endUnixNano: earlier(window.endUnixNano, after.unixNano) }
      : { ...window, startUnixNano: later(window.startUnixNano, after.unixNano) };
  }

  /** The same without the cursor's instant, whose rows may all have been shown. */
  #beyondCursor(rest: Range): Range {
    const after = this.#after;
    if (!after || !this.#isCursorIn(rest)) return rest;
    return this.#query.isDescending
      ? { ...rest, endUnixNano: after.unixNano - 1n }
      : { ...rest, startUnixNano: after.unixNano + 1n };
  }

  #isCursorIn({ startUnixNano, endUnixNano }: Range): boolean {
    const at = this.#after?.unixNano;
    return at !== undefined && startUnixNano <= at && at <= endUnixNano;
  }
}

/** Rows in order, each once: what was delivered again has the same time and content. */
function withoutRepeats(rows: readonly LogRow[]): readonly LogRow[] {
  return rows.filter((row, index) => {
    const before = rows[index - 1];
    return row.time !== before?.time || row.content !== before.content;
  });
}
