import type { AnyValue, KeyValue } from '../../../../gen/otlp/opentelemetry/proto/common/v1/common.js';

export type TextEntries = readonly (readonly [string, string])[];
export type NumberEntries = readonly (readonly [string, number])[];

/** Distinct keys in byte order; of equal keys the last one counts. */
function distinct(attributes: readonly KeyValue[]): [string, AnyValue | undefined][] {
  const byKey = new Map(attributes.map(({ key, value }) => [key, value]));
  return [...byKey].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** All attributes as text, for a `Map(String, String)` column. */
export function textEntries(attributes: readonly KeyValue[]): TextEntries {
  return distinct(attributes).map(([key, value]) => [key, toText(value)]);
}

/** The integers and doubles among them as doubles, so that they can be compared without a cast. */
export function numberEntries(attributes: readonly KeyValue[]): NumberEntries {
  return distinct(attributes).flatMap(([key, value]) => {
    const number = value?.intValue ?? value?.doubleValue;
    return number === undefined ? [] : [[key, Number(number)] as const];
  });
}

/** Text, numbers and truth values as they are written; bytes in base64; lists and maps as JSON; no value as ''. */
export function toText(value: AnyValue | undefined): string {
  if (value === undefined) return '';
  if (value.stringValue !== undefined) return value.stringValue;
  if (value.bytesValue !== undefined) return value.bytesValue.toString('base64');
  if (value.doubleValue !== undefined) return String(value.doubleValue);
  const json = toJson(value);
  return json === 'null' ? '' : json;
}

/** Integers keep all digits; what JSON cannot say as a number (NaN, infinities) is a string, as in proto3 JSON. */
export function toJson(value: AnyValue | undefined): string {
  if (value?.stringValue !== undefined) return JSON.stringify(value.stringValue);
  if (value?.boolValue !== undefined) return String(value.boolValue);
  if (value?.intValue !== undefined) return String(value.intValue);
  if (value?.doubleValue !== undefined)
    return Number.isFinite(value.doubleValue) ? String(value.doubleValue) : `"${value.doubleValue}"`;
  if (value?.bytesValue !== undefined) return `"${value.bytesValue.toString('base64')}"`;
  if (value?.arrayValue) return `[${value.arrayValue.values.map(toJson).join(',')}]`;
  if (value?.kvlistValue) {
    const members = distinct(value.kvlistValue.values);
    return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${toJson(member)}`).join(',')}}`;
  }
  return 'null';
}
