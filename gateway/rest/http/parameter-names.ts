import { AppError } from '../../../lib/errors/app-error.js';
import { toAppError } from '../../../lib/errors/connect.js';

/** Fields of query's contract as the parameters spell them; those that are not here have the same name. */
export const PARAMETER_OF: Readonly<Record<string, string | undefined>> = {
  'selection.name': 'mname',
  'selection.type': 'mtype',
  'selection.filters': 'attrs',
  'grouping.function': 'groupby_fn',
  'grouping.keys': 'groupby_attrs',
  group_by: 'groupby_attrs',
  name: 'mname',
  type: 'mtype',
  attribute_keys: 'attributes',
  trace_ids: 'trace_id',
  service: 'service_name',
  'attribute.key': 'attribute_name',
  'attribute.scope': 'scope',
  'filter.service_names': 'service_name',
  'filter.not_service_names': 'not[service_name]',
  'filter.severity_numbers': 'severity_number',
  'filter.not_severity_numbers': 'not[severity_number]',
  'filter.trace_ids': 'trace_id',
  'filter.span_ids': 'span_id',
  'filter.trace_flags': 'trace_flags',
  'filter.not_trace_flags': 'not[trace_flags]',
  'filter.fingerprints': 'fingerprint',
  'filter.attributes': 'log_attr_name',
  'filter.resource_attributes': 'res_attr_name',
  'filter.body_words': 'body',
  'filter.not_body_words': 'not[body]',
  'filter.body_contains': 'like[body]',
  'filter.not_body_contains': 'not_like[body]',
};

/** An error of query with its field in the spelling of whoever sent the parameters. */
export function inParameterNames(thrown: unknown): AppError {
  const error = toAppError(thrown);
  const { code, field = '', message, retryAfterMs } = error;
  const parameter = Object.hasOwn(PARAMETER_OF, field) ? PARAMETER_OF[field] : undefined;
  if (parameter === undefined) return error;
  const text = message.startsWith(`${field} `) ? parameter + message.slice(field.length) : message;
  return new AppError(code, text, {
    cause: thrown,
    field: parameter,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}
