import type { MessageInitShape } from '@bufbuild/protobuf';
import type { MetricPointSchema } from '../../../../gen/es/gob/query/v1/metrics_pb.js';

export type MetricValue = NonNullable<MessageInitShape<typeof MetricPointSchema>['value']>;

const NAMED: Readonly<Record<string, number | undefined>> = {
  nan: Number.NaN,
  '-nan': Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
};

/** A number as ClickHouse writes it. Its doubles are the shortest text that gives the same double. */
export function parseNumber(text: string): number {
  return NAMED[text] ?? Number(text);
}

/** The same for a value, where integers stay exact. */
export function parseValue(text: string): MetricValue {
  if (/^-?\d+$/.test(text)) return { case: 'asInteger', value: text };
  return { case: 'asDouble', value: parseNumber(text) };
}

export function doubleValue(value: number): MetricValue {
  return { case: 'asDouble', value };
}
