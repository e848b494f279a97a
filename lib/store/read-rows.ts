import type { Readable } from 'node:stream';
import { AppError } from '../errors/app-error.js';
import type { QueryResult } from './store.js';

/**
 * The format of every answer. Its end says what the statement read, which no header of the embedded engine does, and a
 * server says the same in either place.
 */
export const ANSWER_FORMAT = 'JSONCompact';

export interface ReadRowsOptions {
  /** Largest answer that is held in memory, as it is on the wire. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

interface Answer {
  readonly meta: readonly { readonly name: string }[];
  readonly data: readonly (readonly unknown[])[];
  readonly statistics?: { readonly elapsed: number; readonly rows_read: number; readonly bytes_read: number };
}

/** All rows of an answer, as objects by column name, and what it cost. */
export async function readRows<T>(body: Readable, options: ReadRowsOptions): Promise<QueryResult<T>> {
  const text = (await readBytes(body, options)).toString('utf8');
  const { meta, data, statistics } = JSON.parse(text) as Answer;
  const names = meta.map(({ name }) => name);
  const toRow = (values: readonly unknown[]) =>
    Object.fromEntries(names.map((name, index) => [name, values[index]])) as T;
  return {
    rows: data.map(toRow),
    stats: {
      rowsRead: statistics?.rows_read ?? 0,
      bytesRead: statistics?.bytes_read ?? 0,
      elapsedMs: (statistics?.elapsed ?? 0) * 1_000,
    },
  };
}

/** The whole answer. Throws `query_too_expensive` as soon as it is larger than allowed. */
export async function readBytes(body: Readable, { maxBytes, signal }: ReadRowsOptions): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of abortable(body, signal)) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The answer of a statement without a result is empty; anything beyond that is not kept. */
export async function drain(stream: Readable, signal: AbortSignal): Promise<void> {
  for await (const _chunk of abortable(stream, signal));
}

/**
 * The client lets go of a call's signal once the headers are there, so an abort is carried to the body here, which closes
 * the connection and lets the server stop.
 */
async function* abortable(stream: Readable, signal: AbortSignal): AsyncGenerator<Buffer, void> {
  const stop = () => stream.destroy(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of stream) {
      signal.throwIfAborted();
      yield chunk;
    }
    signal.throwIfAborted();
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
