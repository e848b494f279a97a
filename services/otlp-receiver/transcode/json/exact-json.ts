import { AppError } from '../../../../lib/errors/app-error.js';

/** A number as it was written: converting it is up to who knows its type, so 64-bit integers keep every digit. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type JsonObject = ReadonlyMap<string, JsonValue>;
export type JsonValue = string | boolean | null | JsonNumber | JsonObject | readonly JsonValue[];

/** Attribute values nested too deep are refused item by item (32 levels take 128 here); this bound protects the stack. */
const MAX_DEPTH = 1000;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERALS = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Parses JSON (RFC 8259) without touching numbers; of equal keys the last counts. Throws AppError `malformed_payload`. */
export function parseExactJson(text: string): JsonValue {
  const scanner = new Scanner(text);
  const value = scanner.value(0);
  scanner.end();
  return value;
}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): JsonValue {
    if (depth > MAX_DEPTH) throw this.#malformed(`values are nested deeper than ${MAX_DEPTH}`);
    this.#skipSpace();
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
        return this.#string();
      default:
        return this.#literalOrNumber();
    }
  }

  end(): void {
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#malformed('there is more after the end of the value');
  }

  #object(depth: number): JsonObject {
    const members = new Map<string, JsonValue>();
    this.#at++;
    if (this.#take('}')) return members;
    do {
      this.#skipSpace();
      if (this.#text[this.#at] !== '"') throw this.#malformed('a member name in double quotes is expected');
      const key = this.#string();
      if (!this.#take(':')) throw this.#malformed('a colon is expected');
      members.set(key, this.value(depth + 1));
    } while (this.#take(','));
    if (!this.#take('}')) throw this.#malformed('a comma or } is expected');
    return members;
  }

  #array(depth: number): JsonValue[] {
    const items: JsonValue[] = [];
    this.#at++;
    if (this.#take(']')) return items;
    do items.push(this.value(depth + 1));
    while (this.#take(','));
    if (!this.#take(']')) throw this.#malformed('a comma or ] is expected');
    return items;
  }

  #string(): string {
    const start = this.#at;
    let hasEscape = false;
    for (let at = start + 1; at < this.#text.length; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === QUOTE) {
        this.#at = at + 1;
        return hasEscape ? this.#unescape(start, at + 1) : this.#text.slice(start + 1, at);
      }
      if (code < 0x20) throw this.#malformed('a control character stands in a string');
      if (code !== BACKSLASH) continue;
      hasEscape = true;
      at++;
    }
    throw this.#malformed('a string has no end');
  }

  #unescape(start: number, end: number): string {
    try {
      return JSON.parse(this.#text.slice(start, end));
    } catch {
      throw this.#malformed('a string holds an escape that does not exist');
    }
  }

  #literalOrNumber(): JsonValue {
    for (const [word, value] of LITERALS) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return value;
    }
    NUMBER.lastIndex = this.#at;
    const [number] = NUMBER.exec(this.#text) ?? [];
    if (number === undefined) throw this.#malformed('a value is expected');
    this.#at += number.length;
    return new JsonNumber(number);
  }

  #take(character: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #malformed(problem: string): AppError {
    const message = `The body is not valid JSON: at character ${this.#at} of ${this.#text.length}, ${problem}.`;
    return new AppError('malformed_payload', message, { field: 'body' });
  }
}
