import { type FileHandle, open } from 'node:fs/promises';
import { ClickHouseException } from '../clickhouse-exception.js';
import { decodeSql } from '../sql/byte-text.js';
import { stringLiteral } from '../sql/literal.js';
import { buildPrelude, type PreludeParts } from '../sql/prelude.js';
import type { PlainStatement } from '../sql/statement.js';
import type { Engine } from './engine.js';
import type { QueryFigures } from './native.js';
import type { Spool } from './spool.js';

export interface ReadRequest extends PreludeParts {
  readonly statement: PlainStatement;
  /** Format when the statement names none. */
  readonly format: string;
  /** Largest result, as `max_result_bytes` counts. */
  readonly maxResultBytes: number;
  readonly signal: AbortSignal;
}

/** A result in memory, or, when it was too large for that, in a file that has no name any more. */
export type ReadResult =
  | { readonly kind: 'bytes'; readonly bytes: Buffer; readonly figures: QueryFigures }
  | { readonly kind: 'file'; readonly file: FileHandle; readonly figures: QueryFigures };

/** What a result may be to be held in memory. Text formats take some ten times the engine's own bytes. */
const IN_MEMORY = { rows: 100_000, bytes: 4 * 2 ** 20 };
const TOO_MANY_ROWS_OR_BYTES = 396;
const LIMIT_SETTINGS = /max_result_(?:rows|bytes)|result_overflow_mode/i;

/**
 * Runs a statement that returns rows. A small result stays in memory. A statement whose result turns out larger runs
 * again and writes to a file: so memory is bounded for every format, an error is always known before the first byte
 * of the response, and a slow client does not keep the engine busy.
 */
export async function runRead(engine: Engine, spool: Spool, request: ReadRequest): Promise<ReadResult> {
  if (limitsItself(request)) return runToFile(engine, spool, request);
  try {
    const settings = new Map(request.settings);
    lower(settings, 'max_result_rows', IN_MEMORY.rows);
    lower(settings, 'max_result_bytes', IN_MEMORY.bytes);
    const figures = await engine.query({
      prelude: buildPrelude({ ...request, settings }),
      sql: decodeSql(request.statement.text),
      format: request.format,
      signal: request.signal,
    });
    return {
      kind: 'bytes',
      bytes: Buffer.from(figures.bytes.buffer, figures.bytes.byteOffset, figures.bytes.byteLength),
      figures,
    };
  } catch (error) {
    const isTooLarge = error instanceof ClickHouseException && error.code === TOO_MANY_ROWS_OR_BYTES;
    if (!isTooLarge) throw error;
    return runToFile(engine, spool, request);
  }
}

/** With an overflow mode `break`, or limits written in the statement, limits of ours could cut or be cut. */
function limitsItself(request: ReadRequest): boolean {
  const mode = request.settings.get('result_overflow_mode') ?? 'throw';
  return mode !== 'throw' || LIMIT_SETTINGS.test(request.statement.text);
}

function runToFile(engine: Engine, spool: Spool, request: ReadRequest): Promise<ReadResult> {
  return spool.withFile(async (path) => {
    const settings = new Map(request.settings);
    lower(settings, 'max_result_bytes', request.maxResultBytes);
    const figures = await engine.query({
      prelude: buildPrelude({ ...request, settings }),
      sql: decodeSql(intoFile(request, path)),
      format: request.format,
      signal: request.signal,
    });
    return { kind: 'file', file: await open(path, 'r'), figures };
  });
}

function intoFile({ statement, format }: ReadRequest, path: string): string {
  const target = `\nINTO OUTFILE ${stringLiteral(path)} COMPRESSION 'none' `;
  const { text, formatStart } = statement;
  if (formatStart === undefined) return `${text}${target}FORMAT ${format}`;
  return `${text.slice(0, formatStart)}${target}${text.slice(formatStart)}`;
}

/** 0 means no limit in ClickHouse. */
function lower(settings: Map<string, string>, name: string, limit: number): void {
  const given = Number(settings.get(name) ?? 0);
  if (!(given > 0 && given <= limit)) settings.set(name, String(limit));
}
