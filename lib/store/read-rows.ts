import type { Readable } from 'node:stream';
import type { ResultSet } from '@clickhouse/client';
import { AppError } from '../errors/app-error.js';

export interface ReadRowsOptions {
  /** Largest answer that is held in memory, as JSON text. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/**
 * All rows of an answer. The client lets go of a call's signal once the headers are there, so an abort is carried to the
 * body here, which closes the connection and lets the server stop.
 */
export async function readRows<T>(result: ResultSet<'JSONEachRow'>, options: ReadRowsOptions): Promise<T[]> {
  const { maxBytes, signal } = options;
  const rows: T[] = [];
  let size = 0;
  const stop = () => result.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const batch of result.stream()) {
      for (const row of batch) {
        size += row.text.length;
        if (size > maxBytes) throw tooLarge(maxBytes);
        rows.push(row.json<T>());
      }
      signal.throwIfAborted();
    }
    signal.throwIfAborted();
    return rows;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** The answer of a statement without a result is empty; anything beyond that is not kept. */
export async function drain(stream: Readable, signal: AbortSignal): Promise<void> {
  const stop = () => stream.destroy(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const _chunk of stream) signal.throwIfAborted();
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function tooLarge(maxBytes: number): AppError {
  return new AppError(
    'query_too_expensive',
    `The result is larger than ${maxBytes} bytes. Narrow the time range, ask for fewer rows, or add a filter.`,
  );
}
