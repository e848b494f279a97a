import {
  type AttributeFilter as AttributeFilterMessage,
  AttributeOperator,
  MetricType,
  type SeriesSelection,
} from '../../../gen/es/gob/query/v1/metrics_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import type { AttributeFilter, FilterOperator, MetricKind, Selection } from './selection.js';

/** Each costs a pass over the series of the metric. */
const MAX_FILTERS = 20;
const MAX_GROUP_KEYS = 20;
const MAX_NAME_BYTES = 1_024;
const MAX_KEY_BYTES = 256;
const MAX_VALUE_BYTES = 1_024;

const KINDS: Readonly<Record<number, MetricKind | undefined>> = {
  [MetricType.GAUGE]: 'gauge',
  [MetricType.SUM]: 'sum',
  [MetricType.HISTOGRAM]: 'histogram',
  [MetricType.EXPONENTIAL_HISTOGRAM]: 'exp_histogram',
  [MetricType.SUMMARY]: 'summary',
};
const TYPES: Readonly<Record<MetricKind, MetricType>> = {
  gauge: MetricType.GAUGE,
  sum: MetricType.SUM,
  histogram: MetricType.HISTOGRAM,
  exp_histogram: MetricType.EXPONENTIAL_HISTOGRAM,
  summary: MetricType.SUMMARY,
};
const OPERATORS: Readonly<Record<number, FilterOperator | undefined>> = {
  [AttributeOperator.EQUAL]: 'equal',
  [AttributeOperator.NOT_EQUAL]: 'not_equal',
  [AttributeOperator.MATCH]: 'match',
  [AttributeOperator.NOT_MATCH]: 'not_match',
};

export function typeOf(kind: MetricKind): MetricType {
  return TYPES[kind];
}

export function readKind(field: string, type: MetricType): MetricKind {
  const kind = KINDS[type];
  if (kind) return kind;
  throw invalid(
    field,
    `${field} ${type} is not known; it must be a gauge, sum, histogram, exponential histogram or summary.`,
  );
}

export function readMetricName(field: string, name: string): string {
  if (name === '') throw invalid(field, `${field} is required.`);
  return checkText(field, name, MAX_NAME_BYTES);
}

/** Which series are meant; refuses a missing metric and what cannot be a filter. */
export function readSelection(selection: SeriesSelection | undefined): Selection {
  if (!selection) throw invalid('selection', 'selection is required.');
  const { name, type, filters } = selection;
  if (filters.length > MAX_FILTERS)
    throw invalid(
      'selection.filters',
      `selection.filters has ${filters.length} members; at most ${MAX_FILTERS} are allowed.`,
    );
  return {
    name: readMetricName('selection.name', name),
    kind: readKind('selection.type', type),
    filters: filters.map(readFilter),
  };
}

function readFilter({ key, operator, value }: AttributeFilterMessage): AttributeFilter {
  const known = OPERATORS[operator];
  if (!known)
    throw invalid('selection.filters', `selection.filters has the operator ${operator}, which is not known.`);
  checkKey('selection.filters', key);
  return { key, operator: known, value: checkText('selection.filters', value, MAX_VALUE_BYTES) };
}

/** Keys without repetitions. */
export function readGroupKeys(field: string, keys: readonly string[]): readonly string[] {
  if (keys.length > MAX_GROUP_KEYS)
    throw invalid(field, `${field} has ${keys.length} keys; at most ${MAX_GROUP_KEYS} are allowed.`);
  for (const key of keys) checkKey(field, key);
  return [...new Set(keys)];
}

export function checkKey(field: string, key: string): void {
  if (key === '') throw invalid(field, `${field} has an empty attribute key.`);
  checkText(field, key, MAX_KEY_BYTES);
}

export function checkText(field: string, text: string, maxBytes: number): string {
  const size = Buffer.byteLength(text);
  if (size <= maxBytes) return text;
  throw invalid(field, `${field} has a text of ${size} bytes; at most ${maxBytes} are allowed.`);
}

export function invalid(field: string, message: string): AppError {
  return new AppError('invalid_argument', message, { field });
}
