import { MetricFunction, MetricType } from '../../../gen/es/gob/query/v1/metrics_pb.js';

/** As GitLab writes them; it lower-cases before it compares. */
export const METRIC_TYPE_NAMES = ['Sum', 'Gauge', 'Histogram', 'ExponentialHistogram', 'Summary'] as const;
export type MetricTypeName = (typeof METRIC_TYPE_NAMES)[number];

const TYPES: Readonly<Record<MetricTypeName, MetricType>> = {
  Sum: MetricType.SUM,
  Gauge: MetricType.GAUGE,
  Histogram: MetricType.HISTOGRAM,
  ExponentialHistogram: MetricType.EXPONENTIAL_HISTOGRAM,
  Summary: MetricType.SUMMARY,
};

/** The type of a name in any case of letters. */
export function metricTypeOf(text: string): MetricType | undefined {
  const name = METRIC_TYPE_NAMES.find((one) => one.toLowerCase() === text.toLowerCase());
  return name && TYPES[name];
}

export function metricTypeName(type: MetricType): MetricTypeName {
  return METRIC_TYPE_NAMES.find((name) => TYPES[name] === type) ?? 'Gauge';
}

export const METRIC_FUNCTION_NAMES = [
  'avg',
  'sum',
  'min',
  'max',
  'count',
  'quantiles',
  'p50',
  'p75',
  'p90',
  'p95',
  'p99',
] as const;
export type MetricFunctionName = (typeof METRIC_FUNCTION_NAMES)[number];

const FUNCTIONS: Readonly<Record<MetricFunctionName, MetricFunction>> = {
  avg: MetricFunction.AVG,
  sum: MetricFunction.SUM,
  min: MetricFunction.MIN,
  max: MetricFunction.MAX,
  count: MetricFunction.COUNT,
  quantiles: MetricFunction.QUANTILES,
  p50: MetricFunction.P50,
  p75: MetricFunction.P75,
  p90: MetricFunction.P90,
  p95: MetricFunction.P95,
  p99: MetricFunction.P99,
};

export function metricFunctionOf(name: MetricFunctionName | undefined): MetricFunction {
  return name === undefined ? MetricFunction.UNSPECIFIED : FUNCTIONS[name];
}

export function metricFunctionName(fn: MetricFunction): MetricFunctionName {
  return METRIC_FUNCTION_NAMES.find((name) => FUNCTIONS[name] === fn) ?? 'sum';
}
