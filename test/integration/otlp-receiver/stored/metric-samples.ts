import { ExportMetricsServiceRequest } from '../../../../gen/otlp/opentelemetry/proto/collector/metrics/v1/metrics_service.js';
import { Metric } from '../../../../gen/otlp/opentelemetry/proto/metrics/v1/metrics.js';
import { nowUnixNano } from '../clients.js';
import { TENANT_ID } from '../harness.js';

type MetricFields = Parameters<typeof Metric.fromPartial>[0];
export const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

export const requestOf = (...metrics: MetricFields[]): ExportMetricsServiceRequest =>
  ExportMetricsServiceRequest.fromPartial({
    resourceMetrics: [
      {
        resource: { attributes: [text('service.name', 'shop'), text('host', 'h1')] },
        scopeMetrics: [
          {
            scope: { name: 'meter', version: '3', attributes: [text('s', 'x')] },
            metrics: metrics.map((metric) => Metric.fromPartial(metric)),
          },
        ],
      },
    ],
  });

/** A time with a part below a millisecond, which is cut off. */
export const TIME = (nowUnixNano() / 1_000_000n) * 1_000_000n + 999_999n;
const START = TIME - 60_000_000_000n;
const millis = (unixNano: bigint) => String(unixNano / 1_000_000n);
export const times = { timeUnixNano: TIME, startTimeUnixNano: START };

const exemplars = [
  {
    timeUnixNano: TIME - 5_000_000n,
    asDouble: 1.5,
    traceId: Buffer.alloc(16, 0xab),
    spanId: Buffer.alloc(8, 0xcd),
    filteredAttributes: [text('user', 'u1'), text('a', 'b')],
  },
  { timeUnixNano: 0n, asInt: 7n },
];
const exemplarRow = {
  et: [millis(TIME - 5_000_000n), '0'],
  'Exemplars.Value': [1.5, 7],
  ex: ['ab'.repeat(16), '00'.repeat(16)],
  es: ['cd'.repeat(8), '00'.repeat(8)],
  'Exemplars.Attrs': [{ a: 'b', user: 'u1' }, {}],
};
const noExemplars = { et: [], 'Exemplars.Value': [], ex: [], es: [], 'Exemplars.Attrs': [] };

const COMMON =
  'ProjectId, SeriesId, Timestamp, StartTime), toUnixTimestamp64Milli(Timestamp) AS t, toUnixTimestamp64Milli(StartTime) AS st';
export const SUMMARY_COLUMNS = `* EXCEPT (${COMMON}`;
export const COLUMNS = `* EXCEPT (\`Exemplars.Timestamp\`, \`Exemplars.TraceId\`, \`Exemplars.SpanId\`, ${COMMON},
  arrayMap(x -> toUnixTimestamp64Milli(x), \`Exemplars.Timestamp\`) AS et, arrayMap(x -> lower(hex(x)), \`Exemplars.TraceId\`) AS ex,
  arrayMap(x -> lower(hex(x)), \`Exemplars.SpanId\`) AS es`;
const row = (MetricName: string) => ({
  TenantId: TENANT_ID,
  MetricName,
  t: millis(TIME),
  st: millis(START),
  Flags: 0,
});

/** Every kind, with the rows that it must become: by table, in the order of the metric's name. */
export const METRICS: MetricFields[] = [
  {
    name: 'gauge.double',
    unit: 's',
    description: 'A gauge ü',
    gauge: { dataPoints: [{ ...times, asDouble: -1.5e-300, exemplars, attributes: [text('k', 'v')] }] },
  },
  { name: 'gauge.gap', gauge: { dataPoints: [{ ...times, flags: 1 }] } },
  { name: 'gauge.int', gauge: { dataPoints: [{ ...times, asInt: 42n }] } },
  { name: 'gauge.large', gauge: { dataPoints: [{ ...times, asInt: 2n ** 53n }] } },
  { name: 'gauge.lowest', gauge: { dataPoints: [{ ...times, asInt: -(2n ** 63n) }] } },
  { name: 'gauge.odd', gauge: { dataPoints: [{ ...times, asInt: 2n ** 53n + 1n }] } },
  {
    name: 'sum.cumulative',
    unit: '1',
    sum: { isMonotonic: true, aggregationTemporality: 2, dataPoints: [{ ...times, asInt: 9n, exemplars }] },
  },
  { name: 'sum.delta', sum: { aggregationTemporality: 1, dataPoints: [{ ...times, asDouble: 0.25 }] } },
  {
    name: 'histogram.bare',
    histogram: { aggregationTemporality: 2, dataPoints: [{ timeUnixNano: TIME, count: 5n }] },
  },
  {
    name: 'histogram.full',
    histogram: {
      aggregationTemporality: 1,
      dataPoints: [
        {
          ...times,
          count: 2n ** 64n - 1n,
          sum: -7.25,
          min: -10,
          max: 0,
          explicitBounds: [-5, 0, 2.5],
          bucketCounts: [1n, 0n, 2n ** 60n, 3n],
          exemplars,
          flags: 0x1_0000,
        },
      ],
    },
  },
  {
    name: 'exponential.bare',
    exponentialHistogram: { aggregationTemporality: 2, dataPoints: [{ ...times, scale: -11, max: 3 }] },
  },
  {
    name: 'exponential.full',
    exponentialHistogram: {
      aggregationTemporality: 1,
      dataPoints: [
        {
          ...times,
          count: 30n,
          sum: 100.5,
          min: -3,
          scale: 20,
          zeroCount: 4n,
          zeroThreshold: 0.001,
          positive: { offset: -2_147_483_648, bucketCounts: [1n, 2n ** 64n - 1n] },
          negative: { offset: 2_147_483_647, bucketCounts: [5n] },
          exemplars,
        },
      ],
    },
  },
  {
    name: 'summary',
    summary: {
      dataPoints: [
        {
          ...times,
          count: 12n,
          sum: 34.5,
          quantileValues: [
            { quantile: 0, value: -1 },
            { quantile: 0.99, value: 2.5 },
          ],
        },
      ],
    },
  },
];
const number = { IsInt: false, ValueInt: '0', ...noExemplars };
export const ROWS = {
  metric_gauge: [
    { ...row('gauge.double'), ...number, ...exemplarRow, Value: -1.5e-300 },
    { ...row('gauge.gap'), ...number, Value: 0, Flags: 1 },
    { ...row('gauge.int'), ...number, Value: 42, IsInt: true },
    { ...row('gauge.large'), ...number, Value: 2 ** 53, IsInt: true },
    { ...row('gauge.lowest'), ...number, Value: -(2 ** 63), IsInt: true, ValueInt: String(-(2n ** 63n)) },
    { ...row('gauge.odd'), ...number, Value: 2 ** 53, IsInt: true, ValueInt: '9007199254740993' },
  ],
  metric_sum: [
    { ...row('sum.cumulative'), ...number, ...exemplarRow, Value: 9, IsInt: true },
    { ...row('sum.delta'), ...number, Value: 0.25 },
  ],
  metric_histogram: [
    {
      ...row('histogram.bare'),
      ...noExemplars,
      st: '0',
      Count: '5',
      Sum: 0,
      Min: 0,
      Max: 0,
      Has: 0,
      Bounds: [],
      Buckets: [],
    },
    {
      ...row('histogram.full'),
      ...exemplarRow,
      Flags: 0x1_0000,
      Count: '18446744073709551615',
      Sum: -7.25,
      Min: -10,
      Max: 0,
      Has: 7,
      Bounds: [-5, 0, 2.5],
      Buckets: ['1', '0', String(2n ** 60n), '3'],
    },
  ],
  metric_exp_histogram: [
    {
      ...row('exponential.bare'),
      ...noExemplars,
      Count: '0',
      Sum: 0,
      Min: 0,
      Max: 3,
      Has: 4,
      Scale: -11,
      ZeroCount: '0',
      ZeroThreshold: 0,
      PosOffset: 0,
      PosBuckets: [],
      NegOffset: 0,
      NegBuckets: [],
    },
    {
      ...row('exponential.full'),
      ...exemplarRow,
      Count: '30',
      Sum: 100.5,
      Min: -3,
      Max: 0,
      Has: 3,
      Scale: 20,
      ZeroCount: '4',
      ZeroThreshold: 0.001,
      PosOffset: -2_147_483_648,
      PosBuckets: ['1', '18446744073709551615'],
      NegOffset: 2_147_483_647,
      NegBuckets: ['5'],
    },
  ],
  metric_summary: [{ ...row('summary'), Count: '12', Sum: 34.5, Quantiles: [0, 0.99], Values: [-1, 2.5] }],
};
