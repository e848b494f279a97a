import { z } from 'zod';
import type { MetricLine, MetricPoint, MetricType } from '../../../../gen/es/gob/query/v1/metrics_pb.js';
import { formatDecimal, formatInteger } from '../../format/decimal.js';
import { toTraceIdText } from '../../format/ids.js';
import { METRIC_TYPE_NAMES, metricTypeName } from '../../format/metric-types.js';
import { textMap, traceIdText } from '../../format/schemas.js';

export interface NamedMetric {
  readonly name: string;
  readonly type: MetricType;
}

/** The members that lines and heatmaps share. */
export const resultHead = {
  name: z.string(),
  description: z.string(),
  unit: z.string(),
  type: z.enum(METRIC_TYPE_NAMES),
  attributes: textMap.describe('What the series of this result have in common.'),
};

const value = z.tuple([z.string(), z.string(), z.array(traceIdText)]);

export const lineResult = z.object({
  ...resultHead,
  values: z
    .array(value)
    .describe(
      'Time in Unix nanoseconds, value as decimal text (NaN, +Inf, -Inf included; integers exact), and traces of exemplars. Times without a value are left out.',
    ),
});

export function toHead(
  result: Pick<MetricLine, 'description' | 'unit' | 'labels'>,
  { name, type }: NamedMetric,
) {
  const { description, unit, labels } = result;
  return { name, description, unit, type: metricTypeName(type), attributes: labels };
}

export function toLineResult(line: MetricLine, metric: NamedMetric): z.infer<typeof lineResult> {
  return {
    ...toHead(line, metric),
    values: line.points.map((point) => [
      String(point.timeUnixNano),
      formatValue(point.value),
      point.traceIds.map(toTraceIdText),
    ]),
  };
}

const SIX_DIGITS = { minFraction: 6 };

function formatValue(number: MetricPoint['value']): string {
  if (number.case === 'asInteger') return formatInteger(number.value, SIX_DIGITS);
  return formatDecimal(number.value ?? Number.NaN, SIX_DIGITS);
}
