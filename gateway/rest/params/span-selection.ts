import type { MessageInitShape } from '@bufbuild/protobuf';
import { z } from 'zod';
import {
  FieldScope,
  type FilterSchema,
  Operator,
  type SelectionSchema,
} from '../../../gen/es/gob/query/v1/filter_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import { parseTraceId } from '../format/ids.js';

type FilterInit = MessageInitShape<typeof FilterSchema>;
export type SelectionInit = MessageInitShape<typeof SelectionSchema>;

const texts = z.array(z.string());
const statuses = z.array(z.enum(['ok', 'error'], 'expected ok or error'));
const traceIds = z.array(
  z
    .string()
    .refine((text) => parseTraceId(text) !== undefined, 'expected 32 hex digits, with or without dashes'),
);
const durations = z.array(z.string().regex(/^\d{1,20}(\.\d{0,30})?$/, 'expected a number of nanoseconds'));

/** The members of a schema that say which spans are meant. All are combined with AND. */
export const spanSelectionParams = {
  service_name: texts.optional().describe('Spans of any of these services.'),
  'not[service_name]': texts.optional().describe('Spans of none of these services.'),
  operation: texts.optional().describe('Spans of any of these names.'),
  'not[operation]': texts.optional().describe('Spans of none of these names.'),
  trace_id: traceIds
    .optional()
    .describe('Spans of any of these traces: 32 hex digits, with or without dashes.'),
  'not[trace_id]': traceIds.optional().describe('Spans of none of these traces.'),
  status: statuses.optional().describe('Spans with any of these statuses.'),
  'not[status]': statuses.optional().describe('Spans with none of these statuses.'),
  'gt[duration_nano]': durations.optional().describe('Spans that took longer, in nanoseconds.'),
  'lt[duration_nano]': durations.optional().describe('Spans that took less, in nanoseconds.'),
  attr_name: z
    .array(z.string().min(1, 'must not be empty'))
    .optional()
    .describe('Keys of attributes of the span or its resource; the i-th has the i-th `attr_value`.'),
  attr_value: texts.optional().describe('Values of the attributes of `attr_name`.'),
  filter: z
    .string()
    .optional()
    .describe(
      'A condition on spans with comparisons, AND, OR, NOT and free text, for example `duration > 100ms AND span.http.route =~ "^/cart"`. Its grammar is in docs/filter-grammar.md.',
    ),
};

type SpanSelectionInput = z.output<z.ZodObject<typeof spanSelectionParams>>;

/** The contract's parameters as a tree, beside the text of `filter`. */
export function toSpanSelection(params: SpanSelectionInput): SelectionInit {
  const filters = [
    ...within('service', params.service_name, params['not[service_name]']),
    ...within('operation', params.operation, params['not[operation]']),
    ...within('trace_id', params.trace_id, params['not[trace_id]']),
    ...within('status', params.status, params['not[status]']),
    ...limits(Operator.GREATER, params['gt[duration_nano]']),
    ...limits(Operator.LESS, params['lt[duration_nano]']),
    ...attributes(params),
  ];
  return {
    ...(filters.length > 0 && { filter: { node: { case: 'all', value: { filters } } } }),
    expression: params.filter ?? '',
  };
}

interface ComparisonParts {
  readonly scope?: FieldScope;
  readonly name: string;
  readonly operator: Operator;
  readonly values: readonly { readonly case: 'text' | 'number'; readonly value: string }[];
}

function comparison({ scope = FieldScope.UNSPECIFIED, name, operator, values }: ComparisonParts): FilterInit {
  const value = { field: { scope, name }, operator, values: values.map((kind) => ({ kind })) };
  return { node: { case: 'comparison', value } };
}

function* within(
  name: string,
  included: readonly string[] | undefined,
  excluded: readonly string[] | undefined,
): Generator<FilterInit> {
  if (included) yield comparison({ name, operator: Operator.EQUAL, values: included.map(toText) });
  if (excluded) yield comparison({ name, operator: Operator.NOT_EQUAL, values: excluded.map(toText) });
}

function limits(operator: Operator, values: readonly string[] = []): FilterInit[] {
  return values.map((value) =>
    comparison({ name: 'duration', operator, values: [{ case: 'number', value }] }),
  );
}

function attributes({ attr_name: keys = [], attr_value: values = [] }: SpanSelectionInput): FilterInit[] {
  if (keys.length !== values.length) {
    const field = keys.length < values.length ? 'attr_name' : 'attr_value';
    throw new AppError(
      'invalid_argument',
      `${field}: attr_name is given ${keys.length} times and attr_value ${values.length} times; each name needs its value.`,
      { field },
    );
  }
  return keys.map((name, index) =>
    comparison({
      scope: FieldScope.ATTRIBUTE,
      name,
      operator: Operator.EQUAL,
      values: [toText(values[index] ?? '')],
    }),
  );
}

function toText(value: string) {
  return { case: 'text', value } as const;
}
