import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Signal } from '../../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import {
  ExportMetricsServiceRequest,
  ExportMetricsServiceResponse,
} from '../../../../gen/otlp/opentelemetry/proto/collector/metrics/v1/metrics_service.js';
import { startTestStack, TENANT_ID, type TestStack } from '../harness.js';
import { newProject, otlpJson } from '../projects.js';
import { COLUMNS, METRICS, ROWS, requestOf, SUMMARY_COLUMNS, text, times } from './metric-samples.js';
import { SERIES, SERIES_COLUMNS } from './series-samples.js';

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack?.close());

const encode = (request: ExportMetricsServiceRequest) => ExportMetricsServiceRequest.encode(request).finish();

type Project = ReturnType<typeof newProject>;

async function expectAllStored(project: Project): Promise<void> {
  for (const [table, rows] of Object.entries(ROWS)) {
    const columns = table === 'metric_summary' ? SUMMARY_COLUMNS : COLUMNS;
    expect(await project.select(columns, table, 'ORDER BY MetricName'), table).toEqual(rows);
  }
  expect(await project.select(SERIES_COLUMNS, 'metric_series', 'ORDER BY MetricName')).toEqual(SERIES);
  for (const table of Object.keys(ROWS)) {
    const unlabelled =
      'AND (MetricName, SeriesId) NOT IN (SELECT MetricName, SeriesId FROM gob_cell_default.metric_series)';
    expect(await project.select('MetricName', table, unlabelled), table).toEqual([]);
  }
}

describe('what is stored', () => {
  const request = requestOf(...METRICS);

  it('keeps every field of every kind of point, and the labels of its series', async () => {
    const project = newProject(stack);
    expect(await project.metrics.export(request, project.metadata)).toEqual({ partialSuccess: undefined });
    await expectAllStored(project);
  });

  it.each([
    ['protobuf', 'application/x-protobuf', encode(request)],
    ['JSON', 'application/json', otlpJson(ExportMetricsServiceRequest.toJSON(request))],
  ])('stores the same over HTTP from %s', async (_name, contentType, body) => {
    const project = newProject(stack);
    const headers = { 'content-type': contentType };
    expect((await project.overHttp({ path: '/v1/metrics', headers, body })).status).toBe(200);
    await expectAllStored(project);
  });

  it('gives a series the same id again, whatever the order of its attributes', async () => {
    const project = newProject(stack);
    const point = (...attributes: ReturnType<typeof text>[]) => ({ ...times, asInt: 1n, attributes });
    const dataPoints = [
      point(text('a', '1'), text('b', '2')),
      point(text('b', '2'), text('a', '0'), text('a', '1')),
      point(text('a', '2'), text('b', '1')),
    ];
    await project.metrics.export(requestOf({ name: 'm', gauge: { dataPoints } }), project.metadata);
    const columns = 'count() AS points, uniqExact(SeriesId) AS series';
    expect(await project.select(columns, 'metric_gauge')).toEqual([{ points: '3', series: '2' }]);
    expect(await project.select('Attrs', 'metric_series', "ORDER BY Attrs['a']")).toEqual([
      { Attrs: { a: '1', b: '2' } },
      { Attrs: { a: '2', b: '1' } },
    ]);
  });
});

describe('the protocol', () => {
  /** Of different values are different requests: the same bytes again would be a repetition. */
  const mixed = (value: bigint) =>
    requestOf(
      { name: '', gauge: { dataPoints: [{ ...times, asInt: 1n }] } },
      {
        name: 'm',
        gauge: { dataPoints: [{ ...times, asInt: value }, { timeUnixNano: 1n, asInt: 1n }, times] },
      },
    );
  const message =
    /^3 of 4 data points were refused \(missing_name 1, time_out_of_range 1, missing_value 1\)\. First: resource_metrics\[0\]\.scope_metrics\[0\]\.metrics\[0\]\.name must not be empty\.$/;

  it('says how many points were refused, and why, over gRPC and HTTP', async () => {
    const project = newProject(stack);
    const { partialSuccess } = await project.metrics.export(mixed(1n), project.metadata);
    expect(partialSuccess?.rejectedDataPoints).toBe(3n);
    expect(partialSuccess?.errorMessage).toMatch(message);
    const answer = await project.overHttp({ path: '/v1/metrics', body: encode(mixed(2n)) });
    expect(answer.status).toBe(200);
    expect(ExportMetricsServiceResponse.decode(answer.bytes)).toEqual({ partialSuccess });
    expect(await project.select('count() AS n', 'metric_gauge')).toEqual([{ n: '2' }]);
  });

  it('has every path form, asks for admission as metrics, and counts points in the ledger', async () => {
    for (const prefix of ['/v1', '/observability/v1', `/v3/${TENANT_ID}/7/ingest`]) {
      const project = newProject(stack);
      const body = encode(requestOf({ name: 'm', gauge: { dataPoints: [{ ...times, asInt: 1n }] } }));
      expect((await project.overHttp({ path: `${prefix}/metrics`, body })).status).toBe(200);
      expect(await project.select('count() AS n', 'metric_gauge')).toEqual([{ n: '1' }]);
      expect(stack.gatekeeper.asked.at(-1)?.signal).toBe(Signal.METRICS);
    }
    const metrics = await stack.receiver.context.registry.metrics();
    const line = 'gob_receiver_items_total{tenant="22",signal="metrics"';
    expect(metrics).toContain(`${line},outcome="stored",reason=""}`);
    expect(metrics).toContain(`${line},outcome="rejected",reason="missing_name"} 2`);
  });
});
