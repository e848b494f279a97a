import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  asStoredText,
  type ClientReport,
  missingGo,
  type ReportedAttributes,
  type ReportedMetric,
  type ReportedPoint,
  sendWithKlio,
} from '../_util/otlp-clients.js';
import { describeWithTool } from '../_util/required-tool.js';
import { TEST_TOKEN } from '../integration/otlp-receiver.clients.js';
import { DATABASE, startTestStack, type TestStack } from '../integration/otlp-receiver.harness.js';

/** These have their final values when the client ends; what the runtime and the host measure moves on until the export. */
const FINAL = /^(klio|rpc)\./;

interface StoredSeries {
  readonly id: string;
  readonly MetricName: string;
  readonly ScopeName: string;
  readonly Attrs: Readonly<Record<string, string>>;
  readonly [column: string]: unknown;
}

const texts = (attributes: ReportedAttributes): Record<string, string> =>
  Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, asStoredText(value)]));

/** The columns of a point that tell its value. */
function expectedValue({ value, count, sum, bounds, bucketCounts }: ReportedPoint) {
  if (value) return { Value: Number(value.value), IsInt: value.type === 'int' };
  return { Count: count, Sum: sum?.value, Bounds: bounds ?? [], Buckets: bucketCounts ?? [] };
}

describeWithTool(missingGo(), 'the metrics of the Klio client', () => {
  let stack: TestStack;
  let report: ClientReport;
  let series: readonly StoredSeries[];

  const select = async <T>(sql: string, params: Record<string, string> = {}) =>
    (await stack.store.query<T>({ name: 'test', sql }, params)).rows;

  beforeAll(async () => {
    stack = await startTestStack();
    report = await sendWithKlio({
      OTEL_SERVICE_NAME: 'klio-server',
      OTEL_RESOURCE_DETECTORS: 'telemetry.sdk,host,os.type,process.executable.name',
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_ENDPOINT: stack.receiver.grpcUrl,
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${TEST_TOKEN}`,
      POD_NAME: 'cluster-example-1',
    });
    series = await select<StoredSeries>(`SELECT *, toString(SeriesId) AS id FROM ${DATABASE}.metric_series`);
  }, 600_000);
  afterAll(() => stack?.close());

  function storedSeries(metric: ReportedMetric, point: ReportedPoint): StoredSeries {
    const attributes = texts(point.attributes);
    const found = series.filter(
      ({ MetricName, ScopeName, Attrs }) =>
        MetricName === metric.name &&
        ScopeName === metric.scope.name &&
        Object.keys(Attrs).length === Object.keys(attributes).length &&
        Object.entries(attributes).every(([key, value]) => Attrs[key] === value),
    );
    expect(found, `${metric.name} ${JSON.stringify(attributes)}`).toHaveLength(1);
    return found[0] as StoredSeries;
  }

  it('arrive: every series of its report, with its labels', () => {
    const metrics = report.metrics ?? [];
    expect(metrics.filter(({ name }) => name.startsWith('klio.')).length).toBeGreaterThan(15);
    for (const metric of metrics) {
      for (const point of metric.points)
        expect(storedSeries(metric, point)).toMatchObject({
          Type: metric.kind,
          Temporality: metric.kind === 'gauge' ? 'unspecified' : 'cumulative',
          IsMonotonic: metric.monotonic,
          Unit: metric.unit,
          Description: metric.description,
          ServiceName: 'klio-server',
          ResourceAttrs: texts(report.resource.attributes),
          ScopeVersion: metric.scope.version,
        });
    }
  });

  it('arrive with the values that it reports', async () => {
    for (const metric of report.metrics ?? []) {
      for (const point of metric.points) {
        const { id } = storedSeries(metric, point);
        const sql = `SELECT * FROM ${DATABASE}.metric_${metric.kind} WHERE SeriesId = {id:UInt64} ORDER BY Timestamp DESC LIMIT 1`;
        const [last] = await select<Record<string, unknown>>(sql, { id });
        const name = `${metric.name} ${JSON.stringify(point.attributes)}`;
        expect(last, name).toMatchObject({ MetricName: metric.name, Flags: 0 });
        if (FINAL.test(metric.name)) expect(last, name).toMatchObject(expectedValue(point));
      }
    }
  });
});
