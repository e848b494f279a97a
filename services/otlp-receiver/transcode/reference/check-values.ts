import type { AnyValue, KeyValue } from '../../../../gen/otlp/opentelemetry/proto/common/v1/common.js';
import { INVALID_TEXT } from '../text.js';
import { below, type Rejection } from './rejection.js';

/** Lists and maps inside one attribute value. */
const MAX_ATTRIBUTE_NESTING = 32;

export function checkText(field: string, text: string): Rejection | undefined {
  if (text !== INVALID_TEXT) return undefined;
  return { reason: 'invalid_utf8', field, problem: 'is not valid UTF-8' };
}

export function checkAttributes(attributes: readonly KeyValue[], nesting = 0): Rejection | undefined {
  return firstOf(attributes, (attribute, index) => {
    const field = nesting === 0 ? `attributes[${index}]` : `values[${index}]`;
    return below(field, checkText('key', attribute.key) ?? checkValue(attribute.value, nesting));
  });
}

/** `nesting` is how many lists and maps the value lies in. */
export function checkValue(value: AnyValue | undefined, nesting: number): Rejection | undefined {
  if (value?.stringValue !== undefined) return checkText('value.string_value', value.stringValue);
  const members = value?.arrayValue?.values;
  const entries = value?.kvlistValue?.values;
  if (!members && !entries) return undefined;
  if (nesting === MAX_ATTRIBUTE_NESTING) {
    const limit = `${MAX_ATTRIBUTE_NESTING} lists and maps`;
    const problem = `is nested deeper than ${limit}`;
    return { reason: 'nesting_too_deep', field: 'value', problem, limit, measured: `more than ${limit}` };
  }
  if (entries) return below('value.kvlist_value', checkAttributes(entries, nesting + 1));
  const inArray = firstOf(members ?? [], (member, index) =>
    below(`values[${index}]`, checkValue(member, nesting + 1)),
  );
  return below('value.array_value', inArray);
}

/** The first fault among many items, in their order. */
export function firstOf<T>(
  items: readonly T[],
  check: (item: T, index: number) => Rejection | undefined,
): Rejection | undefined {
  for (const [index, item] of items.entries()) {
    const rejection = check(item, index);
    if (rejection) return rejection;
  }
  return undefined;
}
