import type { InsertFigures } from '../engine/native.js';
import type { ReadResult } from '../engine/read.js';
import { resultRows } from './formats.js';

/** What a statement produced. */
export interface Answer {
  readonly format: string;
  readonly result: ReadResult;
  /** Present for an INSERT. */
  readonly written?: InsertFigures;
}

/** The X-ClickHouse-Summary header: numbers as strings. What the engine does not report is 0. */
export function summaryOf(answer: Answer, elapsedMs: number): string {
  const { result, written } = answer;
  const rows = result.kind === 'bytes' ? resultRows(answer.format, result.bytes) : undefined;
  const figures = {
    read_rows: result.figures.rowsRead,
    read_bytes: result.figures.bytesRead,
    written_rows: written?.rowsWritten ?? 0,
    written_bytes: written?.bytesWritten ?? 0,
    total_rows_to_read: result.figures.rowsRead,
    result_rows: written?.rowsWritten ?? rows ?? 0,
    result_bytes: written?.bytesWritten ?? (result.kind === 'bytes' ? result.bytes.length : 0),
    elapsed_ns: Math.round(elapsedMs * 1e6),
  };
  return JSON.stringify(
    Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, String(value)])),
  );
}
