import { create } from '@bufbuild/protobuf';
import { SelectionSchema } from '../../../gen/es/gob/query/v1/filter_pb.js';
import type {
  AttributeMatch as AttributeMatchMessage,
  LogFilter as LogFilterMessage,
} from '../../../gen/es/gob/query/v1/logs_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import type { Condition } from '../filter/compile-filter.js';
import { conditionOf, readSelection } from '../filter/read-selection.js';
import { toHex } from '../traces/span-row.js';
import { type BodyTerms, readBodyTerms } from './body-terms.js';
import { FINGERPRINT_BYTES, type Fingerprint, parseFingerprint } from './fingerprint.js';
import { LOG_FIELDS } from './log-fields.js';

export interface AttributeMatch {
  readonly name: string;
  readonly value: string;
}

/** What a record must be; lists are sorted and without duplicates, so that equal filters are equal texts. Empty: anything. */
export interface LogFilter {
  readonly serviceNames: readonly string[];
  readonly notServiceNames: readonly string[];
  readonly severityNumbers: readonly number[];
  readonly notSeverityNumbers: readonly number[];
  readonly aboveSeverityNumber?: number | undefined;
  readonly belowSeverityNumber?: number | undefined;
  /** 32 hex digits each. */
  readonly traceIds: readonly string[];
  /** 16 hex digits each. */
  readonly spanIds: readonly string[];
  readonly traceFlags: readonly number[];
  readonly notTraceFlags: readonly number[];
  readonly fingerprints: readonly Fingerprint[];
  readonly attributes: readonly AttributeMatch[];
  readonly resourceAttributes: readonly AttributeMatch[];
  readonly body: BodyTerms;
  /** What an expression in the filter grammar comes to. */
  readonly condition?: Condition | undefined;
  /** Of the very same resource, by its stored hash. */
  readonly resourceHash?: string | undefined;
}

/** Values of a filter travel to ClickHouse with the statement. */
const MAX_VALUES = 100;
const MAX_ATTRIBUTES = 20;
const MAX_VALUE_BYTES = 1_024;
/** All texts of a filter together; ClickHouse takes statements of 256 KiB, values included. */
const MAX_FILTER_BYTES = 64 * 1024;
const MAX_SEVERITY_NUMBER = 24;
const MAX_TRACE_FLAGS = 0xff;
/** End of a signed 64-bit count of nanoseconds. */
const MAX_UNIX_NANO = 2n ** 63n - 1n;

const NO_BODY_TERMS: BodyTerms = { words: [], notWords: [], contains: [], notContains: [] };

export const NO_LOG_FILTER: LogFilter = {
  serviceNames: [],
  notServiceNames: [],
  severityNumbers: [],
  notSeverityNumbers: [],
  traceIds: [],
  spanIds: [],
  traceFlags: [],
  notTraceFlags: [],
  fingerprints: [],
  attributes: [],
  resourceAttributes: [],
  body: NO_BODY_TERMS,
};

/** Refuses with the field at fault what is too much, too long or out of range. */
export function readLogFilter(message: LogFilterMessage | undefined): LogFilter {
  if (!message) return NO_LOG_FILTER;
  refuseTooLarge(message);
  return {
    serviceNames: readTexts('filter.service_names', message.serviceNames),
    notServiceNames: readTexts('filter.not_service_names', message.notServiceNames),
    severityNumbers: readNumbers('filter.severity_numbers', message.severityNumbers, MAX_SEVERITY_NUMBER),
    notSeverityNumbers: readNumbers(
      'filter.not_severity_numbers',
      message.notSeverityNumbers,
      MAX_SEVERITY_NUMBER,
    ),
    aboveSeverityNumber: message.aboveSeverityNumber,
    belowSeverityNumber: message.belowSeverityNumber,
    traceIds: readIds('filter.trace_ids', message.traceIds, 16),
    spanIds: readIds('filter.span_ids', message.spanIds, 8),
    traceFlags: readNumbers('filter.trace_flags', message.traceFlags, MAX_TRACE_FLAGS),
    notTraceFlags: readNumbers('filter.not_trace_flags', message.notTraceFlags, MAX_TRACE_FLAGS),
    fingerprints: readFingerprints('filter.fingerprints', message.fingerprints),
    attributes: readAttributes('filter.attributes', message.attributes),
    resourceAttributes: readAttributes('filter.resource_attributes', message.resourceAttributes),
    body: readBodyTerms({
      words: readTexts('filter.body_words', message.bodyWords),
      notWords: readTexts('filter.not_body_words', message.notBodyWords),
      contains: readTexts('filter.body_contains', message.bodyContains),
      notContains: readTexts('filter.not_body_contains', message.notBodyContains),
    }),
    ...readExpression(message.expression),
  };
}

function readExpression(expression: string): Pick<LogFilter, 'condition'> {
  const filter = readSelection(create(SelectionSchema, { expression }), LOG_FIELDS);
  return filter ? { condition: conditionOf(filter, LOG_FIELDS) } : {};
}

/** A text without bigints that equal filters, and only they, have in common. */
export function logFilterKey(filter: LogFilter): string {
  return JSON.stringify(filter, (_name, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
}

function readTexts(field: string, values: readonly string[]): readonly string[] {
  atMost(field, values.length, MAX_VALUES);
  for (const value of values) checkSize(field, value);
  return [...new Set(values)].sort();
}

function readNumbers(field: string, values: readonly number[], max: number): readonly number[] {
  atMost(field, values.length, MAX_VALUES);
  for (const value of values)
    if (value > max) throw invalid(field, `${field} has the value ${value}; at most ${max} is allowed.`);
  return [...new Set(values)].sort((a, b) => a - b);
}

/** As hex. */
function readIds(field: string, ids: readonly Uint8Array[], size: number): readonly string[] {
  atMost(field, ids.length, MAX_VALUES);
  for (const id of ids)
    if (id.length !== size)
      throw invalid(field, `${field} has a value of ${id.length} bytes; it must have ${size}.`);
  return [...new Set(ids.map(toHex))].sort();
}

/** In order of time, since the time comes first. */
function readFingerprints(field: string, ids: readonly Uint8Array[]): readonly Fingerprint[] {
  const fingerprints = readIds(field, ids, FINGERPRINT_BYTES).map((hex) =>
    parseFingerprint(Buffer.from(hex, 'hex')),
  );
  if (fingerprints.some(({ unixNano }) => unixNano > MAX_UNIX_NANO))
    throw invalid(field, `${field} has a value that names no record: its time is beyond the year 2262.`);
  return fingerprints;
}

function readAttributes(field: string, matches: readonly AttributeMatchMessage[]): readonly AttributeMatch[] {
  atMost(field, matches.length, MAX_ATTRIBUTES);
  for (const { name, value } of matches) {
    if (name === '') throw invalid(field, `${field} has a value without a name.`);
    checkSize(field, name);
    checkSize(field, value);
  }
  return matches
    .map(({ name, value }) => ({ name, value }))
    .sort((a, b) => (`${a.name}\0${a.value}` < `${b.name}\0${b.value}` ? -1 : 1));
}

function refuseTooLarge(message: LogFilterMessage): void {
  const texts = [
    ...message.serviceNames,
    ...message.notServiceNames,
    ...[...message.attributes, ...message.resourceAttributes].flatMap(({ name, value }) => [name, value]),
    ...message.bodyWords,
    ...message.notBodyWords,
    ...message.bodyContains,
    ...message.notBodyContains,
  ];
  const size = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (size > MAX_FILTER_BYTES)
    throw invalid(
      'filter',
      `filter has texts of ${size} bytes; at most ${MAX_FILTER_BYTES} are allowed together.`,
    );
}

function atMost(field: string, count: number, max: number): void {
  if (count > max) throw invalid(field, `${field} has ${count} values; at most ${max} are allowed.`);
}

function checkSize(field: string, value: string): void {
  const size = Buffer.byteLength(value);
  if (size > MAX_VALUE_BYTES)
    throw invalid(field, `${field} has a value of ${size} bytes; at most ${MAX_VALUE_BYTES} are allowed.`);
}

function invalid(field: string, message: string): AppError {
  return new AppError('invalid_argument', message, { field });
}
