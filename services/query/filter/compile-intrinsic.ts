import type { Comparison } from '../../../gen/es/gob/query/v1/filter_pb.js';
import { compileText } from './compile-text.js';
import type { IntrinsicField } from './fields.js';
import { FilterProblem } from './filter-error.js';
import {
  isEquality,
  isMatch,
  nanosecondsOf,
  numberOf,
  ORDER_SQL,
  onlyValue,
  textOf,
  wholeOf,
} from './operands.js';
import type { Parameters } from './parameters.js';

const MAX_UINT64 = 2n ** 64n - 1n;

/** The condition that a field of every item is as compared; negation is the caller's. */
export function compileIntrinsic(
  { name, field }: { name: string; field: IntrinsicField },
  comparison: Comparison,
  parameters: Parameters,
): string {
  const condition = (sql: string) => {
    switch (field.type) {
      case 'text':
        return compileText(sql, comparison, parameters);
      case 'id':
        return compileId({ ...field, sql }, comparison, parameters);
      case 'enum':
        return compileEnum({ ...field, sql }, comparison);
      default:
        return compileNumber({ ...field, sql }, comparison, parameters);
    }
  };
  try {
    return field.isList ? `arrayExists(x -> ${condition('x')}, ${field.sql})` : condition(field.sql);
  } catch (error) {
    if (error instanceof FilterProblem) throw new FilterProblem(`${name}: ${error.message}`);
    throw error;
  }
}

/** That an item has the field at all. Numbers and enums always have a value. */
export function intrinsicExists(field: IntrinsicField): string {
  const present = (sql: string) => {
    if (field.type === 'text') return `${sql} != ''`;
    return field.type === 'id' ? `${sql} != toFixedString('', ${field.bytes ?? 0})` : '1';
  };
  return field.isList ? `notEmpty(${field.sql})` : present(field.sql);
}

/** A set of constants, not a function of the column: only that is used by the index. */
function compileId(
  { sql, bytes = 0 }: IntrinsicField,
  comparison: Comparison,
  parameters: Parameters,
): string {
  if (!isEquality(comparison.operator)) throw new FilterProblem('ids are compared with = and != only.');
  const ids = comparison.values.map((value) => hexOf(textOf(value), bytes));
  return ids.length === 1
    ? `${sql} = toFixedString(unhex(${parameters.add(ids[0] ?? '', 'String')}), ${bytes})`
    : `${sql} IN (SELECT toFixedString(unhex(arrayJoin(${parameters.add(ids, 'Array(String)')})), ${bytes}))`;
}

/** Ids are written as hex of any case; a trace id also with the dashes of a UUID. */
function hexOf(text: string, bytes: number): string {
  const dashed = bytes === 16 && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
  const hex = (dashed ? text.replaceAll('-', '') : text).toLowerCase();
  if (hex.length === bytes * 2 && /^[0-9a-f]*$/.test(hex)) return hex;
  throw new FilterProblem(
    `expected ${bytes * 2} hex digits${bytes === 16 ? ', with or without dashes as 8-4-4-4-12' : ''}, found "${text}".`,
  );
}

/** Names come from the table of the field, so they may stand in SQL. */
function compileEnum({ sql, names = {} }: IntrinsicField, { operator, values }: Comparison): string {
  if (!isEquality(operator)) throw new FilterProblem('is compared with = and != only.');
  const known = values.map((value) => {
    const text = textOf(value).toLowerCase();
    const name = Object.hasOwn(names, text) ? names[text] : undefined;
    if (name === undefined)
      throw new FilterProblem(`expected one of ${Object.keys(names).join(', ')}, found "${textOf(value)}".`);
    return `'${name}'`;
  });
  return known.length === 1 ? `${sql} = ${known[0]}` : `${sql} IN (${known.join(', ')})`;
}

function compileNumber(
  { type, sql, numbers }: IntrinsicField,
  comparison: Comparison,
  parameters: Parameters,
): string {
  const { operator, values } = comparison;
  if (isMatch(operator)) throw new FilterProblem('is a number, which no regular expression is for.');
  const placeholders = (isEquality(operator) ? values : [onlyValue(comparison)]).map((value) => {
    const number = type === 'duration' ? nanosecondsOf(value) : namedNumberOf(textOf(value), numbers);
    const whole = wholeOf(number, operator);
    if (whole < 0n || whole > MAX_UINT64)
      throw new FilterProblem(`expected a number from 0 to ${MAX_UINT64}, found ${whole}.`);
    return parameters.add(whole, 'UInt64');
  });
  return isEquality(operator)
    ? `${sql} IN (${placeholders.join(', ')})`
    : `${sql} ${ORDER_SQL[operator]} ${placeholders[0]}`;
}

function namedNumberOf(text: string, numbers: ReadonlyMap<string, number> = new Map()): bigint | number {
  const named = numbers.get(text.toLowerCase());
  if (named !== undefined || numbers.size === 0 || /^[-+.\d]/.test(text)) return named ?? exactNumberOf(text);
  throw new FilterProblem(`expected a number or one of ${[...numbers.keys()].join(', ')}, found "${text}".`);
}

function exactNumberOf(text: string): bigint | number {
  return /^-?\d+$/.test(text) ? BigInt(text) : numberOf(text);
}
