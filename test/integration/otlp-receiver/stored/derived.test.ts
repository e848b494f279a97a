import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ExportLogsServiceRequest } from '../../../../gen/otlp/opentelemetry/proto/collector/logs/v1/logs_service.js';
import { ExportMetricsServiceRequest } from '../../../../gen/otlp/opentelemetry/proto/collector/metrics/v1/metrics_service.js';
import { makeRequest, makeSpan, nowUnixNano } from '../clients.js';
import { startFaultyProxy } from '../durable/faulty-proxy.js';
import { startTestReceiver, startTestStack, type TestStack } from '../harness.js';
import { newProject } from '../projects.js';

const DAY_NANOS = 86_400n * 1_000_000_000n;

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack?.close());
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const part of open.splice(0).reverse()) await part.close();
});

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const isoDay = (unixNano: bigint) => new Date(Number(unixNano / 1_000_000n)).toISOString().slice(0, 10);

function gauge(name: string, ...timesUnixNano: bigint[]): ExportMetricsServiceRequest {
  const dataPoints = timesUnixNano.map((timeUnixNano) => ({
    timeUnixNano,
    asInt: 1n,
    attributes: [text('k', 'v')],
  }));
  const metrics = [{ name, gauge: { dataPoints } }];
  const resource = { attributes: [text('service.name', 'shop')] };
  return ExportMetricsServiceRequest.fromPartial({
    resourceMetrics: [{ resource, scopeMetrics: [{ scope: { attributes: [text('s', 'x')] }, metrics }] }],
  });
}

function logs(...records: { key: string; value: { stringValue: string } }[][]): ExportLogsServiceRequest {
  const logRecords = records.map((attributes) => ({ timeUnixNano: nowUnixNano(), attributes }));
  return ExportLogsServiceRequest.fromPartial({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
}

describe('the row of a series', () => {
  it('is written once a day, however often its points come', async () => {
    const project = newProject(stack);
    const now = nowUnixNano();
    // Each a little later: the same bytes again would be a repetition, which is not stored.
    for (const at of [now, now + 1_000_000n, now + 2_000_000n])
      await project.metrics.export(gauge('m', at, at - DAY_NANOS, at), project.metadata);
    // Nothing is merged away here: the table is read as it was written.
    expect(await project.select('toString(Day) AS d', 'metric_series', 'ORDER BY Day')).toEqual([
      { d: isoDay(now - DAY_NANOS) },
      { d: isoDay(now) },
    ]);
    expect(await project.select('count() AS n', 'metric_gauge')).toEqual([{ n: '9' }]);
  });

  it('is written again for another project', async () => {
    for (const project of [newProject(stack), newProject(stack)]) {
      await project.metrics.export(gauge('m', nowUnixNano()), project.metadata);
      expect(await project.select('count() AS n', 'metric_series')).toEqual([{ n: '1' }]);
    }
  });

  it.each(['metric_series', 'attr_catalog', 'metric_gauge'])(
    'is not believed to be stored when the insert into %s failed',
    async (table) => {
      const proxy = await startFaultyProxy(
        stack.clickhouse.url,
        (insert) => (insert === 1 ? 'refuse' : 'none'),
        table,
      );
      open.push(proxy);
      const urls = { clickhouseUrl: proxy.url, gatekeeperUrl: stack.gatekeeper.url };
      const receiver = await startTestReceiver(urls);
      open.push(receiver);
      const project = newProject(stack, receiver);
      const request = gauge('m', nowUnixNano());
      await expect(project.metrics.export(request, project.metadata)).rejects.toThrow(/cannot be stored/);
      expect(await project.metrics.export(request, project.metadata)).toEqual({});
      expect(await project.select('MetricName', 'metric_series', 'LIMIT 1')).toEqual([{ MetricName: 'm' }]);
      const keys = await project.select('DISTINCT Key AS k', 'attr_catalog', 'ORDER BY k');
      expect(keys.map(({ k }) => k)).toEqual(['k', 's', 'service.name']);
      expect(proxy.tokens).toHaveLength(2);
    },
  );
});

describe('the catalogue of attributes', () => {
  const COLUMNS = 'toString(Day) AS day, Signal, Source, Key, Value, toUInt64(Rows) AS n';
  const ORDER = 'ORDER BY Signal, Source, Key, Value';

  it('has the names and values of every signal, each once', async () => {
    const project = newProject(stack);
    const day = isoDay(nowUnixNano());
    for (let round = 0; round < 2; round++) {
      const span = makeSpan({
        attributes: [text('http.route', '/'), text('twice', 'a'), text('twice', 'b')],
      });
      await project.traces.export(makeRequest([span, makeSpan()]), project.metadata);
      await project.logs.export(logs([text('user', 'u1')], [text('user', 'u1')], []), project.metadata);
      await project.metrics.export(gauge('m', nowUnixNano()), project.metadata);
    }
    expect(await project.select(COLUMNS, 'attr_catalog', ORDER)).toEqual([
      { day, Signal: 'spans', Source: 'resource', Key: 'service.name', Value: 'shop', n: '2' },
      { day, Signal: 'spans', Source: 'attr', Key: 'http.route', Value: '/', n: '1' },
      { day, Signal: 'spans', Source: 'attr', Key: 'twice', Value: 'b', n: '1' },
      { day, Signal: 'logs', Source: 'attr', Key: 'user', Value: 'u1', n: '2' },
      { day, Signal: 'metrics', Source: 'resource', Key: 'service.name', Value: 'shop', n: '1' },
      { day, Signal: 'metrics', Source: 'scope', Key: 's', Value: 'x', n: '1' },
      { day, Signal: 'metrics', Source: 'attr', Key: 'k', Value: 'v', n: '1' },
    ]);
  });

  it('knows nothing of what was refused', async () => {
    const project = newProject(stack);
    const resource = { attributes: [text('service.name', 'refused')] };
    const logRecords = [{ timeUnixNano: 1n, attributes: [text('a', 'b')] }];
    await project.logs.export(
      ExportLogsServiceRequest.fromPartial({ resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] }),
      project.metadata,
    );
    expect(await project.select(COLUMNS, 'attr_catalog')).toEqual([]);
  });

  it('takes no more than its limits, while the items keep everything', async () => {
    const project = newProject(stack);
    const long = [
      text('value', 'x'.repeat(257)),
      text('value.fits', 'x'.repeat(256)),
      text('k'.repeat(129), 'y'),
    ];
    // Every resource is looked at, but not every record of a large export.
    const withIds = () =>
      Array.from({ length: 600 }, (_, value) => ({
        resource: { attributes: [text('id', `v${value}`)] },
        scopeLogs: logs(long).resourceLogs[0]?.scopeLogs ?? [],
      }));
    for (let round = 0; round < 2; round++)
      await project.logs.export(
        ExportLogsServiceRequest.fromPartial({ resourceLogs: withIds() }),
        project.metadata,
      );
    const keys = await project.select('Key, count() AS n', 'attr_catalog', 'GROUP BY Key ORDER BY Key');
    expect(keys).toEqual([
      { Key: 'id', n: '500' },
      { Key: 'value.fits', n: '1' },
    ]);
    const stored = "uniqExact(ResourceAttrs['id']) AS ids, max(length(Attrs['value'])) AS longest";
    expect(await project.select(stored, 'logs')).toEqual([{ ids: '600', longest: '257' }]);
  });
});
