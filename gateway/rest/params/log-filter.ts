import type { MessageInitShape } from '@bufbuild/protobuf';
import { z } from 'zod';
import type { LogFilterSchema } from '../../../gen/es/gob/query/v1/logs_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import { SEVERITY_NAMES } from '../../../lib/signals/severity-names.js';
import { parseHex, parseTraceId } from '../format/ids.js';

const MAX_SEVERITY_NUMBER = SEVERITY_NAMES.length;
const SPAN_ID_BYTES = 8;
export const FINGERPRINT_BYTES = 16;

const severityName = z.string().transform((text, context) => {
  const index = SEVERITY_NAMES.indexOf(text.toLowerCase());
  if (index >= 0) return index + 1;
  context.addIssue({ code: 'custom', message: `expected one of ${SEVERITY_NAMES.join(', ')}` });
  return z.NEVER;
});

function numberUpTo(max: number) {
  return z.string().transform((text, context) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (number <= max) return number;
    context.addIssue({ code: 'custom', message: `expected a number from 0 to ${max}` });
    return z.NEVER;
  });
}

function bytesOf(parse: (text: string) => Uint8Array<ArrayBuffer> | undefined, expected: string) {
  return z.string().transform((text, context) => {
    const bytes = parse(text);
    if (bytes) return bytes;
    context.addIssue({ code: 'custom', message: `expected ${expected}` });
    return z.NEVER;
  });
}

const texts = z.array(z.string()).optional();
const severityNumbers = z.array(numberUpTo(MAX_SEVERITY_NUMBER)).optional();
const severityNames = z.array(severityName).optional();
const traceFlags = z.array(numberUpTo(0xff)).optional();

/** The members of a schema that say which log records are meant. */
export const logFilterParams = {
  service_name: texts.describe('Any of these services.'),
  'not[service_name]': texts.describe('None of these services.'),
  severity_name: severityNames.describe('Any of these severities: trace, trace2, … fatal4.'),
  'not[severity_name]': severityNames.describe('None of these severities.'),
  severity_number: severityNumbers.describe('Any of these severities: 1 to 24; 0 for records without one.'),
  'not[severity_number]': severityNumbers.describe('None of these severities.'),
  'gt[severity_number]': numberUpTo(MAX_SEVERITY_NUMBER).optional().describe('Severities above this one.'),
  'lt[severity_number]': numberUpTo(MAX_SEVERITY_NUMBER + 1)
    .optional()
    .describe('Severities below this one.'),
  trace_id: z
    .array(bytesOf(parseTraceId, '32 hex digits, with or without dashes as 8-4-4-4-12'))
    .optional()
    .describe(
      'Any of these traces. Without a time, the time of the traces and an hour around it is searched.',
    ),
  span_id: z
    .array(bytesOf((text) => parseHex(text, SPAN_ID_BYTES), '16 hex digits'))
    .optional()
    .describe('Any of these spans.'),
  trace_flags: traceFlags.describe('Any of these W3C trace flags, 0 to 255.'),
  'not[trace_flags]': traceFlags.describe('None of these W3C trace flags.'),
  fingerprint: z
    .array(bytesOf((text) => parseHex(text, FINGERPRINT_BYTES), '32 hex digits'))
    .optional()
    .describe('Any of these records. Needs no time.'),
  log_attr_name: texts.describe(
    'Name of an attribute of the record; the first goes with the first log_attr_value, and so on.',
  ),
  log_attr_value: texts.describe('Value that the attribute must have.'),
  res_attr_name: texts.describe(
    'Name of an attribute of the resource; the first goes with the first res_attr_value, and so on.',
  ),
  res_attr_value: texts.describe('Value that the attribute must have.'),
  body: texts.describe(
    'Words of the body, all of them, in any order. A word is a run of letters and digits; the case of ASCII letters does not count.',
  ),
  'not[body]': texts.describe('Of each of these texts the body lacks at least one word.'),
  'like[body]': texts.describe(
    'A text that the body contains, at any place, also within words; the case of ASCII letters does not count. Slower than words.',
  ),
  'not_like[body]': texts.describe('A text that the body does not contain.'),
  filter: z
    .string()
    .optional()
    .describe(
      'A condition on records with comparisons, AND, OR, NOT and words of the body, for example `severity >= warn AND (timeout OR http.status EXISTS)`. Its grammar is in docs/filter-grammar.md.',
    ),
};

const logFilterObject = z.object(logFilterParams);
export type LogFilterInput = z.output<typeof logFilterObject>;

/** Values of one parameter are alternatives, parameters are combined with AND. */
export function toLogFilter(input: LogFilterInput): MessageInitShape<typeof LogFilterSchema> {
  return {
    serviceNames: input.service_name ?? [],
    notServiceNames: input['not[service_name]'] ?? [],
    notSeverityNumbers: [...(input['not[severity_name]'] ?? []), ...(input['not[severity_number]'] ?? [])],
    ...optional('aboveSeverityNumber', input['gt[severity_number]']),
    ...optional('belowSeverityNumber', input['lt[severity_number]']),
    ...severities(input),
    traceIds: input.trace_id ?? [],
    spanIds: input.span_id ?? [],
    traceFlags: input.trace_flags ?? [],
    notTraceFlags: input['not[trace_flags]'] ?? [],
    fingerprints: input.fingerprint ?? [],
    attributes: pairs('log_attr', input.log_attr_name, input.log_attr_value),
    resourceAttributes: pairs('res_attr', input.res_attr_name, input.res_attr_value),
    bodyWords: input.body ?? [],
    notBodyWords: input['not[body]'] ?? [],
    bodyContains: input['like[body]'] ?? [],
    notBodyContains: input['not_like[body]'] ?? [],
    expression: input.filter ?? '',
  };
}

/** Names are numbers in another spelling. When both are given, a severity must be among both; nothing is below 0. */
function severities({ severity_name: names, severity_number: numbers }: LogFilterInput) {
  if (!names || !numbers) return { severityNumbers: names ?? numbers ?? [] };
  const both = names.filter((number) => numbers.includes(number));
  return both.length > 0 ? { severityNumbers: both } : { belowSeverityNumber: 0 };
}

function optional<K extends string>(name: K, value: number | undefined): { [P in K]?: number } {
  return value === undefined ? {} : ({ [name]: value } as { [P in K]?: number });
}

/** The i-th name goes with the i-th value. */
function pairs(prefix: string, names: readonly string[] = [], values: readonly string[] = []) {
  if (names.length !== values.length)
    throw new AppError(
      'invalid_argument',
      `${prefix}_name is given ${names.length} times and ${prefix}_value ${values.length} times; each name needs its value.`,
      { field: names.length > values.length ? `${prefix}_value` : `${prefix}_name` },
    );
  return names.map((name, index) => ({ name, value: values[index] ?? '' }));
}
