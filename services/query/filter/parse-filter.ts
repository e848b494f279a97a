import { create } from '@bufbuild/protobuf';
import {
  ComparisonSchema,
  type Field,
  FieldSchema,
  FieldScope,
  type Filter,
  FilterListSchema,
  FilterSchema,
  Operator,
  type Value,
  ValueSchema,
} from '../../../gen/es/gob/query/v1/filter_pb.js';
import { ANY_ATTRIBUTE, type FilterFields } from './fields.js';
import { filterError, located } from './filter-error.js';
import { FILTER_LIMITS } from './limits.js';
import { type Token, tokenize } from './tokens.js';

export interface ParseOptions {
  readonly fields: FilterFields;
  /** Refuses a leaf with a `FilterProblem`; the parser says where it stands. */
  readonly checkLeaf: (leaf: Filter) => void;
}

const OPERATORS: Readonly<Record<string, Operator>> = {
  '=': Operator.EQUAL,
  '!=': Operator.NOT_EQUAL,
  '<': Operator.LESS,
  '<=': Operator.LESS_OR_EQUAL,
  '>': Operator.GREATER,
  '>=': Operator.GREATER_OR_EQUAL,
  '=~': Operator.MATCH,
  '!~': Operator.NOT_MATCH,
};
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** The tree of an expression; undefined when there is nothing but space in it. The grammar is docs/filter-grammar.md. */
export function parseFilter(expression: string, options: ParseOptions): Filter | undefined {
  const { expressionCharacters } = FILTER_LIMITS;
  if (expression.length > expressionCharacters)
    throw filterError(`has ${expression.length} characters; at most ${expressionCharacters} are allowed.`);
  const tokens = tokenize(expression);
  return tokens[0]?.kind === 'end' ? undefined : new Parser(tokens, options).parse();
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #options: ParseOptions;
  #next = 0;

  constructor(tokens: readonly Token[], options: ParseOptions) {
    this.#tokens = tokens;
    this.#options = options;
  }

  parse(): Filter {
    const filter = this.#alternatives(0);
    if (this.#peek().kind === 'end') return filter;
    throw this.#unexpected('AND, OR or the end');
  }

  #alternatives(depth: number): Filter {
    const filters = [this.#conjunction(depth)];
    while (this.#takeKeyword('or')) filters.push(this.#conjunction(depth));
    return group('any', filters);
  }

  /** Conditions side by side are combined with AND as well. */
  #conjunction(depth: number): Filter {
    const filters = [this.#negation(depth)];
    while (this.#takeKeyword('and') || this.#beginsCondition()) filters.push(this.#negation(depth));
    return group('all', filters);
  }

  #negation(depth: number): Filter {
    if (depth > FILTER_LIMITS.depth)
      throw filterError(`is nested more than ${FILTER_LIMITS.depth} levels deep.`, this.#peek().position);
    if (!this.#takeKeyword('not')) return this.#condition(depth);
    return create(FilterSchema, { node: { case: 'not', value: this.#negation(depth + 1) } });
  }

  #condition(depth: number): Filter {
    const token = this.#peek();
    if (this.#takeSymbol('(')) {
      const inner = this.#alternatives(depth + 1);
      this.#expectSymbol(')');
      return inner;
    }
    if (!isOperand(token) || isKeyword(token, 'and') || isKeyword(token, 'or'))
      throw this.#unexpected('a field, a text or (');
    this.#next++;
    const leaf = this.#leaf(token);
    located(() => this.#options.checkLeaf(leaf), token.position);
    return leaf;
  }

  #leaf(token: Token): Filter {
    if (isKeyword(this.#peek(), 'exists')) {
      this.#next++;
      return create(FilterSchema, { node: { case: 'exists', value: this.#fieldOf(token) } });
    }
    const symbol = this.#peek();
    const operator = symbol.kind === 'symbol' ? OPERATORS[symbol.text] : undefined;
    if (operator !== undefined) {
      this.#next++;
      return this.#comparison(this.#fieldOf(token), operator, [this.#value()]);
    }
    const listOperator = this.#takeListOperator();
    if (listOperator !== undefined)
      return this.#comparison(this.#fieldOf(token), listOperator, this.#values());
    if (token.kind === 'key') throw this.#unexpected('an operator after the field');
    return create(FilterSchema, { node: { case: 'text', value: token.text } });
  }

  #comparison(field: Field, operator: Operator, values: Value[]): Filter {
    const comparison = create(ComparisonSchema, { field, operator, values });
    return create(FilterSchema, { node: { case: 'comparison', value: comparison } });
  }

  /** `in (` or `not in (`. Without the parenthesis the words are free text. */
  #takeListOperator(): Operator | undefined {
    const [first, second, third] = [this.#peek(), this.#peek(1), this.#peek(2)];
    if (isKeyword(first, 'in') && isSymbol(second, '(')) {
      this.#next += 2;
      return Operator.EQUAL;
    }
    if (!isKeyword(first, 'not') || !isKeyword(second, 'in') || !isSymbol(third, '(')) return undefined;
    this.#next += 3;
    return Operator.NOT_EQUAL;
  }

  #values(): Value[] {
    const values = [this.#value()];
    while (this.#takeSymbol(',')) values.push(this.#value());
    this.#expectSymbol(')');
    return values;
  }

  #value(): Value {
    const token = this.#peek();
    if (token.kind !== 'word' && token.kind !== 'string') throw this.#unexpected('a value');
    this.#next++;
    const isNumber = token.kind === 'word' && NUMBER.test(token.text);
    return create(ValueSchema, { kind: { case: isNumber ? 'number' : 'text', value: token.text } });
  }

  #fieldOf(token: Token): Field {
    const { fields } = this.#options;
    if (token.kind === 'string')
      throw filterError('a field is not quoted as a whole; write span."the key" instead.', token.position);
    if (token.kind === 'key') return this.#attribute(token.scope, token.text, token.position);
    if (Object.hasOwn(fields.intrinsics, token.text))
      return create(FieldSchema, { scope: FieldScope.UNSPECIFIED, name: token.text });
    const dot = token.text.indexOf('.');
    const prefix = token.text.slice(0, Math.max(dot, 0));
    if (Object.hasOwn(fields.scopes, prefix))
      return this.#attribute(prefix, token.text.slice(dot + 1), token.position);
    if (dot > 0) return this.#attribute(ANY_ATTRIBUTE, token.text, token.position);
    throw filterError(
      `"${token.text}" is not a field. Expected one of ${Object.keys(fields.intrinsics).join(', ')}, or an attribute such as ${exampleOf(fields)}.`,
      token.position,
    );
  }

  #attribute(prefix: string, name: string, position: number): Field {
    const { scopes } = this.#options.fields;
    const scope = Object.hasOwn(scopes, prefix) ? scopes[prefix]?.scope : undefined;
    if (scope !== undefined && name !== '') return create(FieldSchema, { scope, name });
    throw filterError(
      scope === undefined
        ? `"${prefix}" is not a scope. Expected one of ${Object.keys(scopes).join(', ')}.`
        : `expected the key of an attribute after "${prefix}."`,
      position,
    );
  }

  #peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#next + ahead, this.#tokens.length - 1)] ?? END;
  }

  #beginsCondition(): boolean {
    const token = this.#peek();
    return isSymbol(token, '(') || (isOperand(token) && !isKeyword(token, 'or'));
  }

  #takeKeyword(keyword: string): boolean {
    return this.#take(isKeyword(this.#peek(), keyword));
  }

  #takeSymbol(symbol: string): boolean {
    return this.#take(isSymbol(this.#peek(), symbol));
  }

  #take(isIt: boolean): boolean {
    if (isIt) this.#next++;
    return isIt;
  }

  #expectSymbol(symbol: string): void {
    if (!this.#takeSymbol(symbol)) throw this.#unexpected(symbol);
  }

  #unexpected(expected: string) {
    const { kind, text, position } = this.#peek();
    return filterError(`expected ${expected}, found ${kind === 'end' ? 'the end' : `"${text}"`}.`, position);
  }
}

const END: Token = { kind: 'end', text: '', position: 0 };

function group(kind: 'all' | 'any', filters: Filter[]): Filter {
  const [only] = filters;
  if (only && filters.length === 1) return only;
  return create(FilterSchema, { node: { case: kind, value: create(FilterListSchema, { filters }) } });
}

function isOperand(token: Token): boolean {
  return token.kind === 'word' || token.kind === 'string' || token.kind === 'key';
}

/** Keywords are read in any case; in quotes they are text. */
function isKeyword(token: Token, keyword: string): boolean {
  return token.kind === 'word' && token.text.toLowerCase() === keyword;
}

function isSymbol(token: Token, symbol: string): boolean {
  return token.kind === 'symbol' && token.text === symbol;
}

function exampleOf(fields: FilterFields): string {
  const [prefix = ''] = Object.keys(fields.scopes);
  return `${prefix}.http.route`;
}
