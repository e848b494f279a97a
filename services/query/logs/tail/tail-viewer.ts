import type { AppError } from '../../../../lib/errors/app-error.js';
import type { LogRow } from '../../sql/logs/log-columns.js';

/** What waits for a viewer. */
const MAX_WAITING_ROWS = 1_000;
const MAX_WAITING_BYTES = 8 * 2 ** 20;
/** Rows in one message, so that none comes near the limit of a message unless a single row does. */
const BATCH_ROWS = 50;

export interface TailBatch {
  readonly rows: readonly LogRow[];
  /** Rows that were left out before these. */
  readonly dropped: number;
}

interface Waiting {
  readonly row: LogRow;
  readonly bytes: number;
}

/** One reader of a feed. A slow one loses the oldest rows that wait for it, and is told how many. */
export class TailViewer {
  #waiting: Waiting[] = [];
  #bytes = 0;
  #dropped = 0;
  #failure: AppError | undefined;
  #wake: () => void = () => {};

  /** Why the stream ends, once the feed has failed. */
  get failure(): AppError | undefined {
    return this.#failure;
  }

  push(rows: readonly LogRow[], dropped: number): void {
    this.#dropped += dropped;
    for (const row of rows) {
      const bytes = sizeOf(row);
      this.#waiting.push({ row, bytes });
      this.#bytes += bytes;
    }
    while (
      this.#waiting.length > MAX_WAITING_ROWS ||
      (this.#bytes > MAX_WAITING_BYTES && this.#waiting.length > 1)
    )
      this.#dropOldest();
    if (rows.length > 0 || dropped > 0) this.#wake();
  }

  fail(error: AppError): void {
    this.#failure = error;
    this.#wake();
  }

  /** What waits, at most one batch; undefined when nothing does. */
  take(): TailBatch | undefined {
    if (this.#waiting.length === 0 && this.#dropped === 0) return undefined;
    const batch = this.#waiting.slice(0, BATCH_ROWS);
    this.#waiting = this.#waiting.slice(BATCH_ROWS);
    for (const { bytes } of batch) this.#bytes -= bytes;
    const dropped = this.#dropped;
    this.#dropped = 0;
    return { rows: batch.map(({ row }) => row), dropped };
  }

  /** True as soon as there is something to take or the feed has failed; false when the time is over or the signal ends. */
  wait(ms: number, signal: AbortSignal): Promise<boolean> {
    if (this.#hasNews || signal.aborted) return Promise.resolve(this.#hasNews);
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#wake = () => {};
        resolve(this.#hasNews);
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
      this.#wake = done;
    });
  }

  get #hasNews(): boolean {
    return this.#failure !== undefined || this.#waiting.length > 0 || this.#dropped > 0;
  }

  #dropOldest(): void {
    const oldest = this.#waiting.shift();
    this.#bytes -= oldest?.bytes ?? 0;
    this.#dropped++;
  }
}

/** About; what counts is that large bodies and attributes are not taken for small ones. */
function sizeOf(row: LogRow): number {
  let size = 256 + row.body.length;
  for (const map of [row.attributes, row.resource_attributes, row.scope_attributes])
    for (const [name, value] of Object.entries(map)) size += name.length + value.length;
  return size;
}
