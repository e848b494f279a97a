import {
  type Comparison,
  type Field,
  FieldScope,
  type Filter,
  Operator,
} from '../../../gen/es/gob/query/v1/filter_pb.js';
import type { StatementParams } from '../../../lib/store/statement.js';
import { attributeExists, compileAttribute } from './compile-attribute.js';
import { compileIntrinsic, intrinsicExists } from './compile-intrinsic.js';
import type { AttributeMap, FilterFields, IntrinsicField } from './fields.js';
import { FilterProblem } from './filter-error.js';
import { FILTER_LIMITS } from './limits.js';
import { isMatch, isNegative, textOf } from './operands.js';
import { Parameters } from './parameters.js';

/** A condition on rows of a table: constants and placeholders, and the placeholders' values (`f0`, `f1`, …). */
export interface Condition {
  readonly sql: string;
  readonly params: StatementParams;
}

/** Compiles a filter for a table. Refuses with a `FilterProblem`. */
export function compileFilter(filter: Filter, fields: FilterFields): Condition {
  const parameters = new Parameters();
  return { sql: compileNode(filter, fields, parameters), params: parameters.values };
}

function compileNode(filter: Filter, fields: FilterFields, parameters: Parameters): string {
  const { node } = filter;
  switch (node.case) {
    case 'all':
    case 'any': {
      const parts = node.value.filters.map((part) => compileNode(part, fields, parameters));
      if (parts.length === 0) return node.case === 'all' ? '1' : '0';
      return `(${parts.join(node.case === 'all' ? ' AND ' : ' OR ')})`;
    }
    case 'not':
      return `NOT ${compileNode(node.value, fields, parameters)}`;
    case 'comparison':
      return compileComparison(node.value, fields, parameters);
    case 'exists':
      return `(${compileExists(node.value, fields, parameters)})`;
    case 'text':
      return compileFreeText(node.value, fields, parameters);
    default:
      throw new FilterProblem('a condition is empty.');
  }
}

/** Operators come in pairs of which one is the exact opposite of the other. */
const POSITIVE: Readonly<Partial<Record<Operator, Operator>>> = {
  [Operator.NOT_EQUAL]: Operator.EQUAL,
  [Operator.NOT_MATCH]: Operator.MATCH,
};

function compileComparison(comparison: Comparison, fields: FilterFields, parameters: Parameters): string {
  const operator = POSITIVE[comparison.operator] ?? comparison.operator;
  const positive = { ...comparison, operator };
  checkComparison(positive);
  const field = findField(comparison.field, fields);
  const sql =
    'intrinsic' in field
      ? compileIntrinsic({ name: field.name, field: field.intrinsic }, positive, parameters)
      : compileAttribute(field.places, { key: field.name, comparison: positive }, parameters);
  return `${isNegative(comparison.operator) ? 'NOT ' : ''}(${sql})`;
}

function compileExists(field: Field, fields: FilterFields, parameters: Parameters): string {
  const found = findField(field, fields);
  return 'intrinsic' in found
    ? intrinsicExists(found.intrinsic)
    : attributeExists(found.places, found.name, parameters);
}

function checkComparison({ operator, values }: Comparison): void {
  const { values: maxValues, valueBytes, patternBytes } = FILTER_LIMITS;
  if (Operator[operator] === undefined || operator === Operator.UNSPECIFIED)
    throw new FilterProblem(`operator ${operator} is not known.`);
  if (values.length === 0 || values.length > maxValues)
    throw new FilterProblem(`a comparison has ${values.length} values; from 1 to ${maxValues} are allowed.`);
  const limit = isMatch(operator) ? patternBytes : valueBytes;
  for (const value of values)
    checkSize(isMatch(operator) ? 'a regular expression' : 'a value', textOf(value), limit);
}

type FoundField =
  | { readonly name: string; readonly intrinsic: IntrinsicField }
  | { readonly name: string; readonly places: readonly AttributeMap[] };

function findField(field: Field | undefined, fields: FilterFields): FoundField {
  const { scope, name } = field ?? { scope: FieldScope.UNSPECIFIED, name: '' };
  if (scope === FieldScope.UNSPECIFIED) {
    const intrinsic = Object.hasOwn(fields.intrinsics, name) ? fields.intrinsics[name] : undefined;
    if (intrinsic) return { name, intrinsic };
    throw new FilterProblem(`"${name}" is not a field of a ${fields.item}.`);
  }
  const found = Object.values(fields.scopes).find((candidate) => candidate.scope === scope);
  if (!found) throw new FilterProblem(`a ${fields.item} has no scope ${FieldScope[scope] ?? scope}.`);
  if (name === '') throw new FilterProblem('the key of an attribute is empty.');
  checkSize('the key of an attribute', name, FILTER_LIMITS.nameBytes);
  return { name, places: found.attributes };
}

function compileFreeText(text: string, { texts }: FilterFields, parameters: Parameters): string {
  if (text.trim() === '') throw new FilterProblem('expected a text with something in it, found "".');
  checkSize('a text', text, FILTER_LIMITS.valueBytes);
  if (typeof texts === 'function') return texts(text, parameters);
  const wanted = parameters.add(text, 'String');
  const contains = (sql: string) => `positionCaseInsensitiveUTF8(${sql}, ${wanted}) > 0`;
  const anyIn = (array: string) => `arrayExists(x -> ${contains('x')}, ${array})`;
  const conditions = [
    ...texts.columns.map(contains),
    ...texts.lists.map(anyIn),
    ...texts.maps.map((map) => anyIn(`mapValues(${map})`)),
  ];
  return `(${conditions.join(' OR ')})`;
}

function checkSize(what: string, text: string, limit: number): void {
  const size = Buffer.byteLength(text);
  if (size > limit) throw new FilterProblem(`${what} has ${size} bytes; at most ${limit} are allowed.`);
}
