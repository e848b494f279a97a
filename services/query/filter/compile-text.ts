import type { Comparison } from '../../../gen/es/gob/query/v1/filter_pb.js';
import { isEquality, isMatch, ORDER_SQL, onlyValue, textOf } from './operands.js';
import type { Parameters } from './parameters.js';

/** The condition that a text is as compared, in the order of its bytes; negation is the caller's. */
export function compileText(sql: string, comparison: Comparison, parameters: Parameters): string {
  const { operator, values } = comparison;
  if (isEquality(operator)) return isOneOf(sql, values.map(textOf), parameters);
  const value = textOf(onlyValue(comparison));
  if (isMatch(operator)) return `match(${sql}, ${parameters.add(value, 'String')})`;
  return `${sql} ${ORDER_SQL[operator]} ${parameters.add(value, 'String')}`;
}

export function isOneOf(sql: string, texts: readonly string[], parameters: Parameters): string {
  const [only, ...others] = texts;
  // Equality with a constant reads one key of a map; IN reads the map.
  if (only !== undefined && others.length === 0) return `${sql} = ${parameters.add(only, 'String')}`;
  return `${sql} IN ${parameters.add(texts, 'Array(String)')}`;
}
