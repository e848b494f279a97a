import { ClickHouseException } from '../clickhouse-exception.js';
import { parseInsert } from './insert-statement.js';
import { isWord, type Token, tokens } from './tokens.js';

/** An INSERT whose rows come with the request. */
export interface InsertData {
  readonly kind: 'insert-data';
  /** The statement up to the place where the source of the data is named. */
  readonly head: string;
  /** The statement's own SETTINGS clause, or nothing. */
  readonly settings: string;
  readonly format: string;
  /** Offset in the statement's text of the first character of inline data. */
  readonly dataStart: number;
}

/** A statement without data: read = returns rows and changes nothing, so it may be cancelled at any time. */
export interface PlainStatement {
  readonly kind: 'read' | 'insert-select' | 'kill' | 'command';
  readonly text: string;
  /** Format named by the statement itself. */
  readonly format?: string;
  /** Offset of the FORMAT clause in `text`. */
  readonly formatStart?: number;
}

export type Statement = InsertData | PlainStatement;

const READ_KEYWORDS = ['SELECT', 'WITH', 'FROM', 'SHOW', 'DESCRIBE', 'DESC', 'EXISTS', 'EXPLAIN', 'CHECK'];

/**
 * Finds out what a request wants. `sql` may end in inline INSERT data; only the statement before it is read.
 * @throws ClickHouseException for an empty statement, several statements, and clauses that name the server's files.
 */
export function parseStatement(sql: string): Statement {
  const first = firstWord(sql);
  if (first === undefined) throw new ClickHouseException(62, 'SYNTAX_ERROR', 'Syntax error: Empty query');
  if (isWord(first, 'INSERT')) {
    const insert = parseInsert(sql, first.end);
    if (insert !== undefined) return insert;
  }
  const scan = scanWhole(sql);
  const text = sql.slice(0, scan.end);
  const format = scan.format === undefined ? {} : { format: scan.format, formatStart: scan.formatStart ?? 0 };
  return { kind: kindOf(first), text, ...format };
}

function firstWord(sql: string): Token | undefined {
  for (const token of tokens(sql)) {
    if (token.text !== '(') return token.text === ';' ? undefined : token;
  }
  return undefined;
}

function kindOf(first: Token): PlainStatement['kind'] {
  if (isWord(first, 'INSERT')) return 'insert-select';
  if (isWord(first, 'KILL')) return 'kill';
  return isWord(first, ...READ_KEYWORDS) ? 'read' : 'command';
}

interface WholeScan {
  readonly end: number;
  readonly format?: string;
  readonly formatStart?: number;
}

/** Reads to the end: where the statement stops, its last outermost FORMAT clause, and what is not allowed. */
function scanWhole(sql: string): WholeScan {
  let format: { format: string; formatStart: number } | undefined;
  let previous: Token | undefined;
  let end = sql.length;
  let closed = false;
  for (const token of tokens(sql)) {
    if (closed && token.text !== ';') throw multiStatement(token);
    if (token.text === ';' && token.depth === 0 && !closed) {
      closed = true;
      end = token.start;
    }
    if (isWord(token, 'OUTFILE') && isWord(previous, 'INTO')) throw outfile();
    const clause = token.depth === 0 && token.kind === 'word' && isWord(previous, 'FORMAT');
    if (clause && previous !== undefined) format = { format: token.text, formatStart: previous.start };
    previous = token;
  }
  return { end, ...format };
}

function multiStatement(token: Token): ClickHouseException {
  const message = `Syntax error (Multi-statements are not allowed): failed at position ${token.start + 1} (${token.text})`;
  return new ClickHouseException(62, 'SYNTAX_ERROR', message);
}

function outfile(): ClickHouseException {
  return new ClickHouseException(358, 'INTO_OUTFILE_NOT_ALLOWED', 'INTO OUTFILE is not allowed');
}
