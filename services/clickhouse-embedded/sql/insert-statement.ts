import { ClickHouseException } from '../clickhouse-exception.js';
import type { InsertData } from './statement.js';
import { isWord, type Token, tokens } from './tokens.js';

/**
 * Reads `INSERT INTO …` up to its data. Returns undefined when the rows come from a SELECT.
 * @param from offset just after the word INSERT
 * @throws ClickHouseException when the statement names no format, or a file of the server as its source.
 */
export function parseInsert(sql: string, from: number): InsertData | undefined {
  const stream = tokens(sql, from);
  let token = skipTarget(stream);
  let sourceStart: number | undefined;
  for (let previous: Token | undefined; token !== undefined; token = next(stream)) {
    if (token.depth === 0) {
      if (isWord(token, 'SELECT', 'WITH', 'WATCH')) return undefined;
      if (isWord(token, 'INFILE') && isWord(previous, 'FROM')) throw infile();
      if (isWord(token, 'SETTINGS')) sourceStart ??= token.start;
      if (isWord(token, 'VALUES'))
        return insertData(sql, sourceStart, { clause: token, end: token.end, format: 'Values' });
      if (isWord(token, 'FORMAT')) {
        const format = next(stream);
        if (format?.kind !== 'word') break;
        return insertData(sql, sourceStart, { clause: token, end: format.end, format: format.text });
      }
    }
    // `INSERT INTO t (SELECT …)` is a SELECT in brackets, whereas a column list never starts with that keyword.
    if (token.depth === 1 && previous?.text === '(' && isWord(token, 'SELECT', 'WITH')) return undefined;
    previous = token;
  }
  throw new ClickHouseException(
    62,
    'SYNTAX_ERROR',
    'Syntax error: INSERT needs a FORMAT, VALUES or SELECT clause',
  );
}

interface DataClause {
  readonly clause: Token;
  readonly end: number;
  readonly format: string;
}

function insertData(sql: string, sourceStart: number | undefined, data: DataClause): InsertData {
  const split = sourceStart ?? data.clause.start;
  return {
    kind: 'insert-data',
    head: sql.slice(0, split),
    settings: sql.slice(split, data.clause.start),
    format: data.format,
    dataStart: data.end + leadingBlank(sql, data.end),
  };
}

/** Inline data starts after the blanks of the statement's line and at most one line end, as the ClickHouse parser has it. */
function leadingBlank(sql: string, from: number): number {
  return /^;?[ \t\f]*\r?\n?/.exec(sql.slice(from, from + 4096))?.[0].length ?? 0;
}

/** Steps over `INTO [TABLE] [FUNCTION] name[.name]` and returns the token after it, so a table may be named `format`. */
function skipTarget(stream: Generator<Token>): Token | undefined {
  let token = next(stream);
  while (isWord(token, 'INTO', 'TABLE', 'FUNCTION')) token = next(stream);
  token = next(stream);
  while (token?.text === '.') {
    next(stream);
    token = next(stream);
  }
  return token;
}

function next(stream: Generator<Token>): Token | undefined {
  const step = stream.next();
  return step.done ? undefined : step.value;
}

function infile(): ClickHouseException {
  const message = 'Query has infile and was sent directly to the server; send the data as the request body';
  return new ClickHouseException(78, 'UNKNOWN_TYPE_OF_QUERY', message);
}
