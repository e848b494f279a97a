/** One lexical element of a statement; offsets count UTF-16 units of the text given to {@link tokens}. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'number' | 'symbol';
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Open brackets around the token; a closing bracket has the depth of its opening one. */
  readonly depth: number;
}

const BLANK = /\s+|--[^\n]*|#[ !][^\n]*|\/\*[\s\S]*?\*\//y;
const HEREDOC = /\$(\w*)\$[\s\S]*?\$\1\$/y;
const WORD = /[A-Za-z_][\w$]*/y;
const NUMBER = /[0-9][\w.]*/y;
const QUOTES = new Set(["'", '"', '`']);

/**
 * Splits a statement into tokens, comments left out. It is lazy, because inline INSERT data may follow a statement
 * and must not be read as SQL. It never fails: what it cannot read (an open string) ends the sequence, and the engine
 * reports the syntax error.
 */
export function* tokens(sql: string, from = 0): Generator<Token> {
  let position = from;
  let depth = 0;
  while (position < sql.length) {
    const blank = matchAt(BLANK, sql, position);
    if (blank !== undefined) {
      position += blank.length;
      continue;
    }
    const [kind, text] = readToken(sql, position);
    if (text === undefined) return;
    if (text === ')' || text === ']' || text === '}') depth = Math.max(0, depth - 1);
    yield { kind, text, start: position, end: position + text.length, depth };
    if (text === '(' || text === '[' || text === '{') depth += 1;
    position += text.length;
  }
}

function readToken(sql: string, position: number): readonly [Token['kind'], string | undefined] {
  const first = sql.charAt(position);
  if (QUOTES.has(first)) return ['quoted', quotedAt(sql, position, first)];
  if (first === '$') {
    const heredoc = matchAt(HEREDOC, sql, position);
    if (heredoc !== undefined) return ['quoted', heredoc];
  }
  const word = matchAt(WORD, sql, position);
  if (word !== undefined) return ['word', word];
  const number = matchAt(NUMBER, sql, position);
  if (number !== undefined) return ['number', number];
  return ['symbol', first];
}

/** A string or quoted identifier: a backslash hides the next character, and a doubled quote is one quote. */
function quotedAt(sql: string, position: number, quote: string): string | undefined {
  for (let index = position + 1; index < sql.length; index += 1) {
    const character = sql.charAt(index);
    if (character === '\\') index += 1;
    else if (character === quote && sql.charAt(index + 1) === quote) index += 1;
    else if (character === quote) return sql.slice(position, index + 1);
  }
  return undefined;
}

function matchAt(pattern: RegExp, text: string, position: number): string | undefined {
  pattern.lastIndex = position;
  return pattern.exec(text)?.[0];
}

/** True when the token is this keyword (case does not matter, quoted identifiers never match). */
export function isWord(token: Token | undefined, ...keywords: readonly string[]): boolean {
  return token?.kind === 'word' && keywords.includes(token.text.toUpperCase());
}
