import { parseTimestamp } from '../model/timestamp.js';
import type { Attributes } from '../model/trace.js';

export type JsonRecord = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function readRecord(value: unknown, what: string): JsonRecord {
  if (!isRecord(value)) throw new TypeError(`${what} is not an object`);
  return value;
}

/** A required array of objects. */
export function readList(from: JsonRecord, name: string): readonly JsonRecord[] {
  const value = from[name];
  if (!Array.isArray(value)) throw new TypeError(`"${name}" is not an array`);
  return value.map((item, position) => readRecord(item, `"${name}"[${position}]`));
}

/** An array that older servers leave out. */
export function readOptionalList(from: JsonRecord, name: string): readonly JsonRecord[] {
  return from[name] === undefined || from[name] === null ? [] : readList(from, name);
}

export function readText(from: JsonRecord, name: string): string {
  const value = from[name];
  return typeof value === 'string' ? value : '';
}

export function readNumber(from: JsonRecord, name: string): number {
  const value = from[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

/** A required ISO time as nanoseconds since the epoch. */
export function readTime(from: JsonRecord, name: string): bigint {
  const unixNano = parseTimestamp(readText(from, name));
  if (unixNano === undefined) throw new TypeError(`"${name}" is not a time: ${JSON.stringify(from[name])}`);
  return unixNano;
}

export function toDisplayText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

export function readAttributes(from: JsonRecord, name: string): Attributes {
  const value = from[name];
  if (!isRecord(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toDisplayText(item)]));
}
