import type { MessageInitShape } from '@bufbuild/protobuf';
import type { MetricPointSchema } from '../../../../gen/es/gob/query/v1/metrics_pb.js';

export type MetricValue = NonNullable<MessageInitShape<typeof MetricPointSchema>['value']>;

const NAMED: Readonly<Record<string, number | undefined>> = {
  nan: Number.NaN,
  '-nan': Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
};

/** A number as ClickHouse writes it, exact integers marked by the statements of lines. Its doubles are the shortest text that gives the same double. */
export function parseNumber(text: string): number {
  return NAMED[text] ?? Number(text.replace('=', ''));
}

/** The same for a value, where exact integers are marked. */
export function parseValue(text: string): MetricValue {
  if (text.startsWith('=')) return { case: 'asInteger', value: text.slice(1) };
  return { case: 'asDouble', value: parseNumber(text) };
}

export function doubleValue(value: number): MetricValue {
  return { case: 'asDouble', value };
}
