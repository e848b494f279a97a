import { createChannel, createClient, Metadata } from 'nice-grpc';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  ExportMetricsServiceRequest,
  MetricsServiceDefinition,
} from '../../../../gen/otlp/opentelemetry/proto/collector/metrics/v1/metrics_service.js';
import { exportOverHttp, nowUnixNano } from '../clients.js';
import {
  admission,
  eventually,
  startTestReceiver,
  startTestStack,
  type TestReceiver,
  type TestStack,
} from '../harness.js';

const DATABASE = 'gob_cell_default';
const CAP = 8;
const OVERFLOW = { 'otel.metric.overflow': 'true' };

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack?.close());

function capTenant(tenantId: number, maxMetricSeries: number): void {
  const cardinality = { maxMetricSeries, maxAttributeKeys: 3, maxAttributeValuesPerKey: 3 };
  stack.gatekeeper.answerWith(() => admission({ tenantId, cardinality, validMs: 20 }));
}

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

/** One point of a cumulative counter for each user. */
function usersOf(users: readonly number[]): ExportMetricsServiceRequest {
  const dataPoints = users.map((user) => ({
    ...{ timeUnixNano: nowUnixNano(), startTimeUnixNano: nowUnixNano() - 1_000_000_000n, asInt: 3n },
    attributes: [text('user', `u${user}`), text('route', '/cart')],
  }));
  const metrics = [{ name: 'calls', sum: { isMonotonic: true, aggregationTemporality: 2, dataPoints } }];
  const resource = { attributes: [text('service.name', 'shop'), text('pod', 'p1')] };
  const scope = { name: 'meter', attributes: [text('s', 'x')] };
  return ExportMetricsServiceRequest.fromPartial({
    resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics }] }],
  });
}

const users = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

async function send(receiver: TestReceiver, request: ExportMetricsServiceRequest) {
  const channel = createChannel(new URL(receiver.grpcUrl).host);
  const metadata = Metadata({ 'private-token': 'any' });
  const { partialSuccess } = await createClient(MetricsServiceDefinition, channel)
    .export(request, { metadata })
    .finally(() => channel.close());
  return partialSuccess;
}

async function rowsOf<T>(tenantId: number, sql: string): Promise<readonly T[]> {
  const statement = { name: 'test', sql: sql.replaceAll('$', `${DATABASE}.`) };
  return (await stack.store.query<T>(statement, { tenantId })).rows;
}

const labelsOf = (tenantId: number) =>
  rowsOf<{
    Attrs: Record<string, string>;
    ResourceAttrs: Record<string, string>;
    ScopeName: string;
    n: string;
  }>(
    tenantId,
    `SELECT Attrs, ResourceAttrs, ScopeName, uniqExact(SeriesId) AS n FROM $metric_series FINAL
WHERE TenantId = {tenantId:UInt32} GROUP BY Attrs, ResourceAttrs, ScopeName ORDER BY length(Attrs), Attrs['user']`,
  );

const limitedItems = async (receiver: TestReceiver, tenantId: number, reason: string) => {
  const text = await receiver.context.registry.metrics();
  const labels = `{tenant="${tenantId}",signal="metrics",reason="${reason}"} `;
  const line = text.split('\n').find((each) => each.startsWith(`gob_receiver_limited_items_total${labels}`));
  return Number(line?.split(' ').at(-1) ?? 0);
};

it('keeps every point of series over the cap, without their labels, and says so to whoever sends them', async () => {
  const tenantId = 61;
  capTenant(tenantId, CAP);
  const { receiver } = stack;
  expect(await send(receiver, usersOf(users(0, CAP)))).toBeUndefined();
  const warning = await send(receiver, usersOf(users(4, 20)));
  expect(warning?.rejectedDataPoints).toBe(0n);
  expect(warning?.errorMessage).toMatch(
    /cap of 8 series a day is reached by service "shop", metric "calls": label "user" has most values \(12\).*max_metric_series/,
  );
  const json = JSON.stringify(ExportMetricsServiceRequest.toJSON(usersOf([21])));
  const overHttp = await exportOverHttp(receiver, {
    path: '/v1/metrics',
    headers: { 'content-type': 'application/json' },
    body: json,
  });
  expect(overHttp.status).toBe(200);
  expect(JSON.parse(overHttp.text()).partialSuccess.errorMessage).toContain('otel.metric.overflow=true');

  const labels = await labelsOf(tenantId);
  expect(labels[0]).toEqual({
    Attrs: OVERFLOW,
    ResourceAttrs: { 'service.name': 'shop' },
    ScopeName: '',
    n: '13',
  });
  expect(labels.slice(1).map(({ Attrs }) => Attrs.user)).toEqual(users(0, CAP).map((user) => `u${user}`));
  const points =
    'SELECT count() AS n, uniqExact(SeriesId) AS series, sum(Value) AS total FROM $metric_sum WHERE TenantId = {tenantId:UInt32}';
  expect(await rowsOf(tenantId, points)).toEqual([{ n: '25', series: '21', total: 75 }]);
  expect(await limitedItems(receiver, tenantId, 'series_cap')).toBe(13);
  expect(await limitedItems(receiver, tenantId, 'attribute_values_cap')).toBeGreaterThan(0);
  const values = `SELECT uniqExact(Value) AS n FROM $attr_catalog WHERE TenantId = {tenantId:UInt32} AND Key = 'user'`;
  expect(await rowsOf(tenantId, values)).toEqual([{ n: '3' }]);
});

it('holds over receivers and restarts: what is in stays in with its labels, and a raised cap counts at once', async () => {
  const tenantId = 62;
  capTenant(tenantId, CAP);
  await send(stack.receiver, usersOf(users(0, CAP)));
  const urls = { clickhouseUrl: stack.clickhouse.url, gatekeeperUrl: stack.gatekeeper.url };
  const second = await startTestReceiver(urls);
  try {
    // A new process lets in nothing before it knows what there is.
    await send(second, usersOf(users(4, 12)));
    const labels = await labelsOf(tenantId);
    const named = labels.map(({ Attrs }) => Attrs.user).filter((user) => user !== undefined);
    expect(named).toEqual(users(0, CAP).map((user) => `u${user}`));
    capTenant(tenantId, 40);
    await eventually(async () => ((await send(second, usersOf([11]))) === undefined ? true : undefined));
    await eventually(async () =>
      (await labelsOf(tenantId)).some(({ Attrs }) => Attrs.user === 'u11') ? true : undefined,
    );
  } finally {
    await second.close();
  }
}, 60_000);

it('holds when receivers meet as many new series in their first export of the day', async () => {
  const tenantId = 63;
  const cap = 200;
  capTenant(tenantId, cap);
  const urls = { clickhouseUrl: stack.clickhouse.url, gatekeeperUrl: stack.gatekeeper.url };
  const others = [await startTestReceiver(urls), await startTestReceiver(urls)];
  try {
    const receivers = [stack.receiver, ...others];
    const sendAll = () =>
      Promise.all(
        receivers.map((each, index) => send(each, usersOf(users(1_000 * index, 1_000 * index + 180)))),
      );
    const count = async (condition: string) => {
      const sql = `SELECT uniqExact(SeriesId) AS n FROM $metric_series FINAL WHERE TenantId = {tenantId:UInt32} AND ${condition}`;
      return Number((await rowsOf<{ n: string }>(tenantId, sql))[0]?.n);
    };
    // What was held back at first, because others held the room, gets its labels when there is room.
    const labelled = await eventually(async () => {
      await sendAll();
      const sum = await count(`NOT mapContains(Attrs, 'otel.metric.overflow')`);
      return (await count('1')) === 540 && sum > (cap * 3) / 4 ? sum : undefined;
    });
    expect(labelled).toBeLessThanOrEqual(cap);
  } finally {
    await Promise.all(others.map((each) => each.close()));
  }
}, 60_000);
