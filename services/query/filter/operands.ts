import { type Comparison, Operator, type Value } from '../../../gen/es/gob/query/v1/filter_pb.js';
import { FilterProblem } from './filter-error.js';

/** SQL of the operators that compare with one value. */
export const ORDER_SQL: Readonly<Partial<Record<Operator, string>>> = {
  [Operator.LESS]: '<',
  [Operator.LESS_OR_EQUAL]: '<=',
  [Operator.GREATER]: '>',
  [Operator.GREATER_OR_EQUAL]: '>=',
};

/** Equality and matching; what is negative is compiled as the opposite of its positive twin. */
export function isNegative(operator: Operator): boolean {
  return operator === Operator.NOT_EQUAL || operator === Operator.NOT_MATCH;
}

export function isEquality(operator: Operator): boolean {
  return operator === Operator.EQUAL || operator === Operator.NOT_EQUAL;
}

export function isMatch(operator: Operator): boolean {
  return operator === Operator.MATCH || operator === Operator.NOT_MATCH;
}

/** The value as it was written. */
export function textOf({ kind }: Value): string {
  if (kind.case !== undefined) return kind.value;
  throw new FilterProblem('a value is missing.');
}

/** Texts that an attribute with this value may have: as written, and a number also as the receiver stores it (`1.50` as `1.5`). */
export function storedTextsOf(value: Value): readonly string[] {
  const text = textOf(value);
  if (value.kind.case !== 'number') return [text];
  const stored = /^[+-]?\d+$/.test(text)
    ? BigInt(text.replace(/^\+/, '')).toString()
    : String(numberOf(text));
  return [...new Set([text, stored])];
}

/** The one value of an ordering or matching operator. */
export function onlyValue({ values }: Comparison): Value {
  const [value] = values;
  if (value && values.length === 1) return value;
  throw new FilterProblem(`this operator takes one value, not ${values.length}.`);
}

export function numberOf(text: string): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isFinite(number)) return number;
  throw new FilterProblem(`"${text}" is not a number.`);
}

const UNIT_NANO: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** Nanoseconds of `100ms`, `1.5s` or a bare number. Whole bare numbers are exact, anything else is as exact as a double. */
export function nanosecondsOf(value: Value): bigint | number {
  const text = textOf(value);
  if (/^\d+$/.test(text)) return BigInt(text);
  const [, amount = '', unit = 'ns'] = /^(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)?$/.exec(text) ?? [];
  const factor = UNIT_NANO[unit];
  if (amount === '' || factor === undefined)
    throw new FilterProblem(`expected a time such as 100ms, 1.5s, 2m or nanoseconds, found "${text}".`);
  return Number(amount) * factor;
}

/** Whole numbers compare with a fraction as with the whole number next to it, on the side that keeps the meaning. */
export function wholeOf(value: bigint | number, operator: Operator): bigint {
  if (typeof value === 'bigint') return value;
  if (Number.isInteger(value)) return BigInt(value);
  if (isEquality(operator)) throw new FilterProblem(`${value} is not whole, so nothing can be equal to it.`);
  const roundsUp = operator === Operator.LESS || operator === Operator.GREATER_OR_EQUAL;
  return BigInt(roundsUp ? Math.ceil(value) : Math.floor(value));
}
