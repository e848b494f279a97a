import { describe, expect, it } from 'vitest';
import { ExportMetricsServiceRequest } from '../../../../gen/otlp/opentelemetry/proto/collector/metrics/v1/metrics_service.js';
import {
  type AggregationTemporality,
  Metric,
} from '../../../../gen/otlp/opentelemetry/proto/metrics/v1/metrics.js';
import type { TranscodeResult } from '../transcode.js';
import { transcodeMetrics } from './transcode-metrics.js';

const NOW = 1_900_000_000_000_000_000n;
const DAY = 86_400_000_000_000n;
const HOUR = 3_600_000_000_000n;

type MetricFields = Parameters<typeof Metric.fromPartial>[0];
type Points<K extends 'gauge' | 'histogram' | 'exponentialHistogram' | 'summary'> = NonNullable<
  NonNullable<MetricFields[K]>['dataPoints']
>[number];
type RequestFields = Parameters<typeof ExportMetricsServiceRequest.fromPartial>[0];

const encode = (fields: RequestFields): Uint8Array =>
  ExportMetricsServiceRequest.encode(ExportMetricsServiceRequest.fromPartial(fields)).finish();
const withMetrics = (...metrics: MetricFields[]): Uint8Array =>
  encode({
    resourceMetrics: [{ scopeMetrics: [{ metrics: metrics.map((each) => Metric.fromPartial(each)) }] }],
  });

const good = { timeUnixNano: NOW, asInt: 1n };
const gauge = (...points: Points<'gauge'>[]): MetricFields => ({
  name: 'm',
  gauge: { dataPoints: points.map((point) => ({ timeUnixNano: NOW, ...point })) },
});
const histogram = (...points: Points<'histogram'>[]): MetricFields => ({
  name: 'm',
  histogram: { dataPoints: points.map((point) => ({ timeUnixNano: NOW, ...point })) },
});
const exponential = (...points: Points<'exponentialHistogram'>[]): MetricFields => ({
  name: 'm',
  exponentialHistogram: { dataPoints: points.map((point) => ({ timeUnixNano: NOW, ...point })) },
});
const summary = (...points: Points<'summary'>[]): MetricFields => ({
  name: 'm',
  summary: { dataPoints: points.map((point) => ({ timeUnixNano: NOW, ...point })) },
});

function transcode(bytes: Uint8Array): TranscodeResult {
  const limits = { retentionDays: 30 };
  return transcodeMetrics(bytes, { tenantId: 1, projectId: 2n, nowUnixNano: NOW, limits });
}

const PATH = /^resource_metrics\[0\]\.scope_metrics\[0\]\.metrics\[0\]\./;

describe('bad points', () => {
  it.each<[string, MetricFields, string, RegExp]>([
    [
      'no time',
      gauge(good, { ...good, timeUnixNano: 0n }),
      'time_out_of_range',
      /gauge\.data_points\[1\]\.time_unix_nano is 0 \(not set\)/,
    ],
    [
      'an old time',
      gauge(good, { ...good, timeUnixNano: NOW - 30n * DAY - 1n }),
      'time_out_of_range',
      /the last 30 days/,
    ],
    [
      'a time in the far future',
      histogram({}, { timeUnixNano: NOW + HOUR + 1n }),
      'time_out_of_range',
      /histogram\.data_points\[1\]\.time_unix_nano/,
    ],
    [
      'a start that no clock shows',
      summary({}, { startTimeUnixNano: 2n ** 63n }),
      'time_out_of_range',
      /summary\.data_points\[1\]\.start_time_unix_nano is 9223372036854775808, later/,
    ],
    [
      'no value',
      gauge(good, {}),
      'missing_value',
      /data_points\[1\]\.value must be set: as_double or as_int/,
    ],
    [
      'too few buckets',
      histogram({}, { bucketCounts: [1n, 2n], explicitBounds: [1, 2] }),
      'invalid_buckets',
      /bucket_counts must be one more than the explicit_bounds \(2\), got 2/,
    ],
    [
      'bounds without buckets',
      histogram({}, { explicitBounds: [1] }),
      'invalid_buckets',
      /bucket_counts must be one more than the explicit_bounds \(1\), got 0/,
    ],
    [
      'bounds that fall',
      histogram({}, { bucketCounts: [1n, 2n, 3n], explicitBounds: [2, -1] }),
      'invalid_buckets',
      /explicit_bounds\[1\] must be greater than the one before \(2\), got -1/,
    ],
    [
      'equal bounds',
      histogram({}, { bucketCounts: [1n, 2n, 3n], explicitBounds: [2, 2] }),
      'invalid_buckets',
      /explicit_bounds\[1\]/,
    ],
    [
      'a first bound that is no number',
      histogram({}, { bucketCounts: [1n, 2n], explicitBounds: [Number.NaN] }),
      'invalid_buckets',
      /explicit_bounds\[0\] must be a number, got NaN/,
    ],
    [
      'a later bound that is no number',
      histogram({}, { bucketCounts: [1n, 2n, 3n], explicitBounds: [1, Number.NaN] }),
      'invalid_buckets',
      /explicit_bounds\[1\] must be greater .* got NaN/,
    ],
    [
      'a quantile above 1',
      summary({}, { quantileValues: [{ quantile: 0.5 }, { quantile: 1.5 }] }),
      'invalid_quantile',
      /quantile_values\[1\]\.quantile must be from 0 to 1, got 1\.5/,
    ],
    [
      'a quantile that is no number',
      summary({}, { quantileValues: [{ quantile: Number.NaN }] }),
      'invalid_quantile',
      /got NaN/,
    ],
    [
      'an exemplar with half a trace id',
      gauge(good, { ...good, exemplars: [{ asInt: 1n, traceId: Buffer.alloc(8, 1) }] }),
      'invalid_id',
      /exemplars\[0\]\.trace_id must be empty or 16 bytes, got 8/,
    ],
    [
      'an exemplar with half a span id',
      exponential({}, { exemplars: [{ asInt: 1n, spanId: Buffer.alloc(4, 1) }] }),
      'invalid_id',
      /exponential_histogram\.data_points\[1\]\.exemplars\[0\]\.span_id must be empty or 8 bytes, got 4/,
    ],
    [
      'an exemplar that no clock shows',
      histogram({}, { exemplars: [{ asInt: 1n, timeUnixNano: 2n ** 63n }] }),
      'time_out_of_range',
      /exemplars\[0\]\.time_unix_nano/,
    ],
    [
      'an exemplar without a value',
      gauge(good, { ...good, exemplars: [{}] }),
      'missing_value',
      /exemplars\[0\]\.value must be set/,
    ],
  ])('%s costs only its own point', (_name, metric, reason, message) => {
    const result = transcode(withMetrics(metric));
    const data = metric.gauge ?? metric.histogram ?? metric.exponentialHistogram ?? metric.summary;
    expect(result.accepted).toBe((data?.dataPoints?.length ?? 0) - 1);
    expect(result.rejected).toEqual(new Map([[reason, 1]]));
    expect(result.firstRejection).toMatch(PATH);
    expect(result.firstRejection).toMatch(message);
  });

  it.each<[string, MetricFields]>([
    ['no value, and a flag that says so', gauge({ flags: 1 })],
    ['a value that is no number', gauge({ asDouble: Number.NaN })],
    ['a histogram without buckets', histogram({ count: 3n })],
    ['one bucket', histogram({ bucketCounts: [3n] })],
    [
      'bounds below 0 and without end',
      histogram({ bucketCounts: [1n, 2n, 3n], explicitBounds: [-5, Infinity] }),
    ],
    ['the extreme quantiles', summary({ quantileValues: [{ quantile: 0 }, { quantile: 1 }] })],
    ['an exponential histogram without buckets', exponential({ scale: -10 })],
    ['the oldest time', gauge({ ...good, timeUnixNano: NOW - 30n * DAY })],
    [
      'an unknown temporality',
      { name: 'm', sum: { dataPoints: [good], aggregationTemporality: 9 as AggregationTemporality } },
    ],
  ])('%s is accepted', (_name, metric) => {
    expect(transcode(withMetrics(metric))).toMatchObject({ accepted: 1, firstRejection: undefined });
  });
});

describe('bad metrics', () => {
  it('without a name lose their points, and no others', () => {
    const result = transcode(withMetrics({ ...gauge(good, good), name: '' }, gauge(good)));
    expect(result).toMatchObject({
      accepted: 1,
      rejected: new Map([['missing_name', 2]]),
      firstRejection: 'resource_metrics[0].scope_metrics[0].metrics[0].name must not be empty',
    });
  });

  it('without data or points are nothing', () => {
    expect(transcode(withMetrics({ name: 'm' }, { name: '' }, gauge()))).toMatchObject({
      blocks: [],
      accepted: 0,
      firstRejection: undefined,
    });
  });

  it.each<[string, MetricFields]>([
    ['metrics[0].name', { ...gauge(good), name: 'ZZZZ' }],
    ['metrics[0].description', { ...gauge(good), description: 'ZZZZ' }],
    ['metrics[0].unit', { ...gauge(good), unit: 'ZZZZ' }],
    ['metrics[0].gauge.data_points[0].attributes[0].key', gauge({ ...good, attributes: [{ key: 'ZZZZ' }] })],
    [
      'metrics[0].gauge.data_points[0].exemplars[0].filtered_attributes[0].key',
      gauge({ ...good, exemplars: [{ asInt: 1n, filteredAttributes: [{ key: 'ZZZZ' }] }] }),
    ],
  ])('invalid UTF-8 in %s', (field, metric) => {
    const bytes = Buffer.from(withMetrics(metric, histogram({})));
    bytes.fill(0xff, bytes.indexOf('ZZZZ'), bytes.indexOf('ZZZZ') + 4);
    expect(transcode(bytes)).toMatchObject({
      accepted: 1,
      rejected: new Map([['invalid_utf8', 1]]),
      firstRejection: `resource_metrics[0].scope_metrics[0].${field} is not valid UTF-8`,
    });
  });

  it('a bad resource counts the points of every kind', () => {
    const metrics = [gauge(good), histogram({}), exponential({}, {}), summary({}), { name: 'x' }];
    const resource = { attributes: [{ key: 'ZZZZ' }] };
    const bytes = Buffer.from(encode({ resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] }));
    bytes.fill(0xff, bytes.indexOf('ZZZZ'), bytes.indexOf('ZZZZ') + 4);
    expect(transcode(bytes)).toMatchObject({ accepted: 0, rejected: new Map([['invalid_utf8', 5]]) });
  });
});

it('splits what covers more days than one insert may, per table', () => {
  const days = Array.from({ length: 100 }, (_, day) => ({ ...good, timeUnixNano: NOW - BigInt(day) * DAY }));
  const limits = { retentionDays: 400 };
  const context = { tenantId: 1, projectId: 2n, nowUnixNano: NOW, limits };
  const { blocks } = transcodeMetrics(withMetrics(gauge(...days), histogram({})), context);
  expect(blocks.map(({ table, rows }) => [table, rows])).toEqual([
    ['metric_gauge', 90],
    ['metric_gauge', 10],
    ['metric_histogram', 1],
  ]);
});
