// The metrics in the report of a test client (README.md of test/clients has the shape).
import { ValueType } from '@opentelemetry/api';
import { AggregationTemporality, DataPointType } from '@opentelemetry/sdk-metrics';
import { describeAttributes, describeScope, unixNano } from './describe-values.mjs';

const KINDS = {
  [DataPointType.GAUGE]: 'gauge',
  [DataPointType.SUM]: 'sum',
  [DataPointType.HISTOGRAM]: 'histogram',
  [DataPointType.EXPONENTIAL_HISTOGRAM]: 'exp_histogram',
};

const double = (value) => (value === undefined ? undefined : { type: 'double', value });

const distribution = ({ count, sum, min, max }) => ({
  count: String(count),
  sum: double(sum),
  min: double(min),
  max: double(max),
});

const buckets = ({ offset, bucketCounts }) => ({ offset, bucketCounts: bucketCounts.map(String) });

const VALUES = {
  gauge: numberValue,
  sum: numberValue,
  histogram: (value) => ({
    ...distribution(value),
    bounds: value.buckets.boundaries,
    bucketCounts: value.buckets.counts.map(String),
  }),
  exp_histogram: (value) => ({
    ...distribution(value),
    scale: value.scale,
    zeroCount: String(value.zeroCount),
    positive: buckets(value.positive),
    negative: buckets(value.negative),
  }),
};

function numberValue(value, { valueType }) {
  const isInt = valueType === ValueType.INT;
  return { value: { type: isInt ? 'int' : 'double', value: isInt ? String(value) : value } };
}

function describeMetric(metric, scope) {
  const { descriptor, dataPoints } = metric;
  const kind = KINDS[metric.dataPointType];
  const isDelta = metric.aggregationTemporality === AggregationTemporality.DELTA;
  return {
    name: descriptor.name,
    unit: descriptor.unit,
    description: descriptor.description,
    kind,
    temporality: kind === 'gauge' ? 'unspecified' : isDelta ? 'delta' : 'cumulative',
    monotonic: metric.isMonotonic ?? false,
    scope: describeScope(scope),
    points: dataPoints.map((point) => ({
      attributes: describeAttributes(point.attributes),
      startUnixNano: unixNano(point.startTime),
      timeUnixNano: unixNano(point.endTime),
      ...VALUES[kind](point.value, descriptor),
    })),
  };
}

/** Describes what one collection sent. */
export const describeMetrics = ({ scopeMetrics }) =>
  scopeMetrics.flatMap(({ scope, metrics }) => metrics.map((metric) => describeMetric(metric, scope)));
