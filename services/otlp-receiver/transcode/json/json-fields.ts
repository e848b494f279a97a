import { AppError } from '../../../../lib/errors/app-error.js';
import { JsonNumber, type JsonObject, type JsonValue } from './exact-json.js';

/** Readers of single values in proto3 JSON, as OTLP/JSON changes it. An absent or null member is the default value. */
type Maybe = JsonValue | undefined;

const EMPTY_OBJECT: JsonObject = new Map();
const INTEGER = /^-?\d{1,20}$/;
const DECIMAL = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const SPECIAL_DOUBLES: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const HEX = /^(?:[0-9a-fA-F]{2})*$/;

export function objectAt(value: Maybe, path: string): JsonObject {
  if (value === undefined || value === null) return EMPTY_OBJECT;
  if (value instanceof Map) return value;
  throw wrong(path, 'an object', value);
}

export function listAt<T>(value: Maybe, path: string, read: (item: JsonValue, path: string) => T): T[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrong(path, 'an array', value);
  return value.map((item, index) => read(item, `${path}[${index}]`));
}

export function textAt(value: Maybe, path: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  throw wrong(path, 'a string', value);
}

export function booleanAt(value: Maybe, path: string): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  throw wrong(path, 'true or false', value);
}

/** Ids are hexadecimal in OTLP/JSON, in any case; their length is judged with the item. */
export function hexAt(value: Maybe, path: string): Buffer {
  const text = textAt(value, path);
  if (!HEX.test(text)) throw wrong(path, 'hexadecimal digits in pairs', value);
  return Buffer.from(text, 'hex');
}

/** Bytes other than ids are base64, standard or URL-safe, padded or not. */
export function base64At(value: Maybe, path: string): Buffer {
  const text = textAt(value, path);
  if (!BASE64.test(text)) throw wrong(path, 'base64', value);
  return Buffer.from(text, 'base64');
}

/** 64-bit integers come as decimal strings or as numbers, exact in both forms. */
export function int64At(value: Maybe, path: string): bigint {
  return integerAt(value, path, { min: -(2n ** 63n), max: 2n ** 63n - 1n });
}

export function uint64At(value: Maybe, path: string): bigint {
  return integerAt(value, path, { min: 0n, max: 2n ** 64n - 1n });
}

export function uint32At(value: Maybe, path: string): number {
  return Number(integerAt(value, path, { min: 0n, max: 2n ** 32n - 1n }));
}

export function int32At(value: Maybe, path: string): number {
  return Number(integerAt(value, path, { min: -(2n ** 31n), max: 2n ** 31n - 1n }));
}

/** OTLP/JSON has enums as integers only. */
export function enumAt(value: Maybe, path: string): number {
  if (typeof value === 'string')
    throw wrong(path, 'an integer (names of enum members are not allowed)', value);
  return int32At(value, path);
}

export function doubleAt(value: Maybe, path: string): number {
  if (value === undefined || value === null) return 0;
  const text = value instanceof JsonNumber ? value.text : typeof value === 'string' ? value : undefined;
  const special = text === undefined ? undefined : SPECIAL_DOUBLES.get(text);
  if (special !== undefined) return special;
  if (text === undefined || !DECIMAL.test(text))
    throw wrong(path, 'a number, "NaN", "Infinity" or "-Infinity"', value);
  return Number(text);
}

/** The reader's result, or undefined where the member is absent or null: for fields that tell absence from a default. */
export function optionalAt<T>(
  value: Maybe,
  path: string,
  read: (value: Maybe, path: string) => T,
): T | undefined {
  return value === undefined || value === null ? undefined : read(value, path);
}

function integerAt(
  value: Maybe,
  path: string,
  range: { readonly min: bigint; readonly max: bigint },
): bigint {
  if (value === undefined || value === null) return 0n;
  const text = value instanceof JsonNumber ? value.text : typeof value === 'string' ? value : '';
  const expected = `an integer from ${range.min} to ${range.max}`;
  const integer = INTEGER.test(text) ? BigInt(text) : fromExponent(text);
  if (integer === undefined || integer < range.min || integer > range.max) throw wrong(path, expected, value);
  return integer;
}

/** `1e3` and `5.0` are integers in proto3 JSON, too. */
function fromExponent(text: string): bigint | undefined {
  const number = DECIMAL.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(number) ? BigInt(number) : undefined;
}

function wrong(path: string, expected: string, value: Maybe): AppError {
  const message = `${path}: expected ${expected}, got ${describe(value)}.`;
  return new AppError('malformed_payload', message, { field: path });
}

function describe(value: Maybe): string {
  if (value instanceof JsonNumber) return value.text.slice(0, 40);
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  return value === null || typeof value === 'boolean' ? String(value) : 'an object';
}
