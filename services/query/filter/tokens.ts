import { filterError } from './filter-error.js';

/** A piece of an expression. Positions count characters (UTF-16 units) from 1. */
export type Token =
  | { readonly kind: 'word'; readonly text: string; readonly position: number }
  /** A quoted text. */
  | { readonly kind: 'string'; readonly text: string; readonly position: number }
  /** A scope and a quoted key, such as `span."user id"`. */
  | { readonly kind: 'key'; readonly scope: string; readonly text: string; readonly position: number }
  | { readonly kind: 'symbol'; readonly text: string; readonly position: number }
  | { readonly kind: 'end'; readonly text: ''; readonly position: number };

const SYMBOL = /[=!]~|[!<>]=|[=<>(),]/y;
/** Anything that is neither space nor the beginning of another token. */
const WORD = /[^\s()'",=<>!~]+/y;
const SPACE = /\s+/y;
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

/** Cuts an expression into tokens, the last of which is the end. */
export function tokenize(expression: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < expression.length) {
    const space = matchAt(SPACE, expression, at);
    if (space !== undefined) at += space.length;
    else {
      const { token, end } = readToken(expression, at);
      tokens.push(token);
      at = end;
    }
  }
  return [...tokens, { kind: 'end', text: '', position: expression.length + 1 }];
}

function readToken(expression: string, at: number): { token: Token; end: number } {
  const position = at + 1;
  const symbol = matchAt(SYMBOL, expression, at);
  if (symbol !== undefined)
    return { token: { kind: 'symbol', text: symbol, position }, end: at + symbol.length };
  if (isQuote(expression[at])) {
    const { text, end } = readString(expression, at);
    return { token: { kind: 'string', text, position }, end };
  }
  const word = matchAt(WORD, expression, at);
  if (word === undefined)
    throw filterError(
      `"${expression[at]}" begins nothing; expected a field, a text in quotes, or one of = != < <= > >= =~ !~ ( )`,
      position,
    );
  const end = at + word.length;
  if (!word.endsWith('.') || !isQuote(expression[end]))
    return { token: { kind: 'word', text: word, position }, end };
  const key = readString(expression, end);
  return { token: { kind: 'key', scope: word.slice(0, -1), text: key.text, position }, end: key.end };
}

function readString(expression: string, at: number): { text: string; end: number } {
  const quote = expression[at];
  let text = '';
  for (let next = at + 1; next < expression.length; next++) {
    const character = expression[next];
    if (character === quote) return { text, end: next + 1 };
    if (character !== '\\') text += character;
    else {
      const escaped = ESCAPES[expression[++next] ?? ''];
      if (escaped === undefined)
        throw filterError(String.raw`expected one of \" \' \\ \n \r \t after the backslash`, next + 1);
      text += escaped;
    }
  }
  throw filterError(`expected a closing ${quote} for the text that begins here`, at + 1);
}

function isQuote(character: string | undefined): boolean {
  return character === '"' || character === "'";
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
