import type { Comparison } from '../../../gen/es/gob/query/v1/filter_pb.js';
import { compileText, isOneOf } from './compile-text.js';
import type { AttributeMap } from './fields.js';
import { isEquality, isMatch, numberOf, ORDER_SQL, onlyValue, storedTextsOf, textOf } from './operands.js';
import type { Parameters } from './parameters.js';

/** The condition that an attribute is there and as compared; negation is the caller's. */
export function compileAttribute(
  places: readonly AttributeMap[],
  { key, comparison }: { key: string; comparison: Comparison },
  parameters: Parameters,
): string {
  const keyParameter = parameters.add(key, 'String');
  return anyOf(
    places.map(({ map, isList, items, numbers }) => {
      const inMap = (sql: string) => condition(sql, { numbers, keyParameter, comparison }, parameters);
      if (isList) return `arrayExists(m -> ${inMap('m')}, ${map})`;
      if (items === undefined || !isEquality(comparison.operator)) return inMap(map);
      const pairs = comparison.values.flatMap(storedTextsOf).map((text) => `${key}=${text}`);
      // The items have the index; the map tells `a=b` = `c` from `a` = `b=c`, and is by far the cheaper to look into.
      return `${inMap(map)} AND ${hasAnyOf(items, pairs, parameters)}`;
    }),
  );
}

export function attributeExists(
  places: readonly AttributeMap[],
  key: string,
  parameters: Parameters,
): string {
  const keyParameter = parameters.add(key, 'String');
  return anyOf(
    places.map(({ map, isList }) =>
      isList
        ? `arrayExists(m -> mapContains(m, ${keyParameter}), ${map})`
        : `mapContains(${map}, ${keyParameter})`,
    ),
  );
}

function hasAnyOf(items: string, pairs: readonly string[], parameters: Parameters): string {
  return pairs.length === 1
    ? `has(${items}, ${parameters.add(pairs[0] ?? '', 'String')})`
    : `hasAny(${items}, ${parameters.add(pairs, 'Array(String)')})`;
}

interface InMap {
  readonly numbers: string | undefined;
  readonly keyParameter: string;
  readonly comparison: Comparison;
}

/** A key that is not there reads as the empty text, so its presence is asked for too. */
function condition(
  map: string,
  { numbers, keyParameter, comparison }: InMap,
  parameters: Parameters,
): string {
  const { operator, values } = comparison;
  const text = `${map}[${keyParameter}]`;
  const present = `mapContains(${map}, ${keyParameter})`;
  if (isEquality(operator)) {
    const texts = values.flatMap(storedTextsOf);
    const isOne = isOneOf(text, texts, parameters);
    // What equals a text that is not empty is there.
    return texts.includes('') ? `${present} AND ${isOne}` : isOne;
  }
  if (isMatch(operator) || values[0]?.kind.case !== 'number')
    return `${present} AND ${compileText(text, comparison, parameters)}`;
  const number = parameters.add(numberOf(textOf(onlyValue(comparison))), 'Float64');
  return numbers === undefined
    ? `ifNull(toFloat64OrNull(${text}) ${ORDER_SQL[operator]} ${number}, 0)`
    : `mapContains(${numbers}, ${keyParameter}) AND ${numbers}[${keyParameter}] ${ORDER_SQL[operator]} ${number}`;
}

function anyOf(conditions: readonly string[]): string {
  const [only = '0'] = conditions;
  return conditions.length === 1 ? only : `(${conditions.map((one) => `(${one})`).join(' OR ')})`;
}
