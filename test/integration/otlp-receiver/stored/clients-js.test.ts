import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sendSignalsWithJsSdk } from '../../../_util/otlp-clients.js';
import { expectedOf, expectSameRows, readService } from '../../../_util/stored-rows.js';
import { TEST_TOKEN } from '../clients.js';
import { DATABASE, startTestStack, type TestStack } from '../harness.js';

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack?.close());

it.each([
  { protocol: 'http/protobuf', compression: 'gzip', temporality: 'cumulative' },
  { protocol: 'http/json', compression: 'none', temporality: 'delta' },
  { protocol: 'grpc', compression: 'gzip', temporality: 'delta' },
  { protocol: 'grpc', compression: 'none', temporality: 'lowmemory' },
])('stores value by value what the JS SDK sends by $protocol, $compression, $temporality', async (how) => {
  const service = `shop-${randomBytes(4).toString('hex')}`;
  const { grpcUrl, httpUrl } = stack.receiver;
  const report = await sendSignalsWithJsSdk({
    OTEL_SERVICE_NAME: service,
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test,owner=t%C3%A9am',
    OTEL_EXPORTER_OTLP_PROTOCOL: how.protocol,
    OTEL_EXPORTER_OTLP_ENDPOINT: how.protocol === 'grpc' ? grpcUrl : httpUrl,
    OTEL_EXPORTER_OTLP_COMPRESSION: how.compression,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${TEST_TOKEN}`,
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: how.temporality,
  });
  expect(report.warnings).toEqual([]);
  const metrics = report.metrics ?? [];
  expect(new Set(metrics.map(({ kind }) => kind))).toEqual(
    new Set(['gauge', 'sum', 'histogram', 'exp_histogram']),
  );
  expect(metrics.find(({ name }) => name === 'shop.orders')?.temporality).toBe(
    how.temporality === 'cumulative' ? 'cumulative' : 'delta',
  );
  expect([report.spans.length, report.logs?.length]).toEqual([3, 10]);
  expectSameRows(
    await readService({ store: stack.store, database: DATABASE }, { service }),
    expectedOf(report),
  );
});
