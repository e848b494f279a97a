import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MetricFunction, MetricType } from '../../../../gen/es/gob/query/v1/metrics_pb.js';
import { bytesOf, errorOf, NANO_PER_SECOND, spanIdOf, toHex, traceIdOf } from '../fixture.js';
import {
  connectMetrics,
  counter,
  gauge,
  type MetricsBed,
  NOON,
  selectionOf,
  startMetricsBed,
  timeOf,
} from './harness.js';

const NOW_SECONDS = Number(BigInt(Date.now()) / 1000n - NOON / NANO_PER_SECOND);
const STORED_TRACE = traceIdOf(1);
const OTHER_TRACE = traceIdOf(2);
const UNSAMPLED_TRACE = traceIdOf(3);

let bed: MetricsBed;
beforeAll(async () => {
  bed = await startMetricsBed();
  const labels = { region: 'eu', tier: 'web' };
  await bed.ingest([
    { ...gauge('cart.items', [{ at: 30, value: 1, labels }]), description: 'Items in a CÄRT' },
    counter('cart.items', [{ at: 30, value: 1n, labels: { host: 'h' } }]),
    counter('http.requests', [
      { at: 60, value: 1n, labels, traceIds: [STORED_TRACE, OTHER_TRACE] },
      { at: 120, value: 2n, labels, traceIds: [STORED_TRACE] },
      { at: 7200, value: 3n, labels, traceIds: [STORED_TRACE] },
    ]),
    gauge('fresh', [{ at: NOW_SECONDS - 100, value: 1, traceIds: [UNSAMPLED_TRACE] }]),
  ]);
  await bed.insert([{ traceId: STORED_TRACE, spanId: spanIdOf(1), startUnixNano: timeOf(59) }]);
});
afterAll(() => bed.close());

const list = async (request: Parameters<MetricsBed['metrics']['listMetrics']>[0]) =>
  bed.metrics.listMetrics(request, await bed.as());
const namesOf = async (request: Parameters<MetricsBed['metrics']['listMetrics']>[0]) =>
  (await list(request)).metrics.map(({ name, type }) => `${name} ${MetricType[type]}`);

describe('the list of metrics', () => {
  it('tells name, type, description, attributes and age', async () => {
    const { metrics, attributeKeys } = await list({});
    expect(attributeKeys).toEqual(['host', 'region', 'service.name', 'tier']);
    expect(metrics.map(({ name, type }) => [name, type])).toEqual([
      ['cart.items', MetricType.GAUGE],
      ['cart.items', MetricType.SUM],
      ['fresh', MetricType.GAUGE],
      ['http.requests', MetricType.SUM],
    ]);
    expect(metrics[0]).toMatchObject({
      description: 'Items in a CÄRT',
      attributeKeys: ['region', 'tier', 'service.name'],
      tracePointUnixNano: 0n,
    });
    expect(metrics[2]?.lastIngestedUnixNano).toBe(timeOf(NOW_SECONDS - 100));
    const age = BigInt(Date.now()) * 1_000_000n - (metrics[0]?.lastIngestedUnixNano ?? 0n);
    expect(age).toBeLessThan(600n * NANO_PER_SECOND);
  });

  it('is narrowed by text, attributes and limit', async () => {
    expect(await namesOf({ search: ['CART'] })).toEqual(['cart.items GAUGE', 'cart.items SUM']);
    expect(await namesOf({ search: ['cärt', 'item'] })).toEqual(['cart.items GAUGE']);
    expect(await namesOf({ search: ['%'] })).toEqual([]);
    expect(await namesOf({ attributeKeys: ['region', 'tier'] })).toEqual([
      'cart.items GAUGE',
      'http.requests SUM',
    ]);
    expect(await namesOf({ attributeKeys: ['service.name'], limit: 1 })).toEqual(['cart.items GAUGE']);
    expect(await namesOf({ attributeKeys: ['absent'] })).toEqual([]);
  });

  it('leads from a trace to the metrics with exemplars of it', async () => {
    const { metrics } = await list({ traceIds: [bytesOf(STORED_TRACE)] });
    expect(metrics.map(({ name, tracePointUnixNano }) => [name, tracePointUnixNano])).toEqual([
      ['http.requests', timeOf(60)],
    ]);
    const both = { traceIds: [bytesOf(STORED_TRACE), bytesOf(traceIdOf(9))], search: ['http'] };
    expect(await namesOf(both)).toEqual(['http.requests SUM']);
    expect(await namesOf({ traceIds: [bytesOf(UNSAMPLED_TRACE)] })).toEqual(['fresh GAUGE']);
    expect(await namesOf({ traceIds: [bytesOf(traceIdOf(9))] })).toEqual([]);
  });

  it('leads from a trace to what was measured during it', async () => {
    const options = await bed.as();
    const of = async (traceId: string, limit = 0) =>
      bed.metrics.listTraceExemplars({ traceId: bytesOf(traceId), limit }, options);
    const { exemplars, hasMore } = await of(STORED_TRACE);
    expect(hasMore).toBe(false);
    expect(new Set(exemplars.map(({ metricName }) => metricName))).toEqual(new Set(['http.requests']));
    expect(exemplars[0]).toMatchObject({
      metricType: MetricType.SUM,
      exemplar: { value: 1, traceId: bytesOf(STORED_TRACE), serviceName: 'shop' },
    });
    expect((await of(UNSAMPLED_TRACE)).exemplars.map(({ metricName }) => metricName)).toEqual(['fresh']);
    expect(await of(traceIdOf(9))).toMatchObject({ exemplars: [], hasMore: false });
    expect(await errorOf(of('ab'))).toMatchObject({ code: 'invalid_argument', field: 'trace_id' });
  });

  it('refuses what is too much, by name', async () => {
    const many = Array.from({ length: 21 }, () => 'a');
    const bad = {
      search: [{ search: many }, { search: ['x'.repeat(257)] }],
      attribute_keys: [{ attributeKeys: many }, { attributeKeys: [''] }],
      trace_ids: [{ traceIds: [bytesOf('ab')] }],
    };
    for (const [field, requests] of Object.entries(bad))
      for (const request of requests)
        expect(await errorOf(list(request))).toMatchObject({ code: 'invalid_argument', field });
  });
});

describe('one metric', () => {
  it('tells how it may be asked for', async () => {
    const options = await bed.as();
    expect(
      await bed.metrics.getMetric({ name: 'cart.items', type: MetricType.GAUGE }, options),
    ).toMatchObject({
      metric: {
        name: 'cart.items',
        description: 'Items in a CÄRT',
        attributeKeys: ['region', 'tier', 'service.name'],
      },
      defaultFunction: MetricFunction.AVG,
      defaultGroupBy: ['region', 'tier'],
    });
    const { functions, defaultFunction } = await bed.metrics.getMetric(
      { name: 'http.requests', type: MetricType.SUM },
      options,
    );
    expect(functions).toContain(defaultFunction);
    expect(defaultFunction).toBe(MetricFunction.SUM);
  });

  it('is grouped by nothing when its attributes make more groups than an answer may have', async () => {
    await bed.ingest([
      gauge(
        'many',
        [1, 2, 3].map((id) => ({ at: 1, value: 1, labels: { id: String(id) } })),
      ),
    ]);
    const small = connectMetrics((await bed.start({ queryMaxMetricSeries: 2 })).url);
    const request = { name: 'many', type: MetricType.GAUGE };
    expect((await small.getMetric(request, await bed.as())).defaultGroupBy).toEqual([]);
    expect((await bed.metrics.getMetric(request, await bed.as())).defaultGroupBy).toEqual(['id']);
  });

  it('that is not there is not found', async () => {
    const options = await bed.as();
    for (const request of [
      { name: 'fresh', type: MetricType.SUM },
      { name: 'absent', type: MetricType.GAUGE },
    ])
      expect(await errorOf(bed.metrics.getMetric(request, options))).toMatchObject({ code: 'not_found' });
    const other = await bed.as({ projectId: 9n });
    const hidden = bed.metrics.getMetric({ name: 'fresh', type: MetricType.GAUGE }, other);
    expect(await errorOf(hidden)).toMatchObject({ code: 'not_found' });
  });
});

describe('exemplars', () => {
  const ask = async (limit: number, more: { range?: readonly [number, number]; filters?: string[] } = {}) =>
    bed.metrics.listExemplars(
      { selection: selectionOf({ name: 'http.requests', ...more }), limit },
      await bed.as(),
    );

  it('lead from a metric to its traces, newest first', async () => {
    const { exemplars, hasMore } = await ask(0);
    expect(hasMore).toBe(false);
    expect(exemplars.map(({ timeUnixNano, traceId }) => [timeUnixNano, toHex(traceId)])).toEqual([
      [timeOf(119), STORED_TRACE],
      [timeOf(59), STORED_TRACE],
      [timeOf(59), OTHER_TRACE],
    ]);
    expect(exemplars[0]).toMatchObject({
      value: 1,
      seriesAttributes: { region: 'eu', tier: 'web' },
      serviceName: 'shop',
    });
    expect((await ask(2)).exemplars).toHaveLength(2);
    expect((await ask(2)).hasMore).toBe(true);
  });

  it('are those of the range and the filters', async () => {
    expect((await ask(0, { range: [61, 130] })).exemplars).toHaveLength(1);
    expect((await ask(0, { filters: ['region = us'] })).exemplars).toEqual([]);
    expect((await ask(0, { filters: ['region = eu'], range: [0, 60] })).exemplars).toHaveLength(2);
  });
});

describe('callers that may not read', () => {
  it('are refused by every call', async () => {
    const selection = selectionOf({ name: 'cart.items', type: MetricType.GAUGE });
    const named = { name: 'cart.items', type: MetricType.GAUGE };
    const calls = (options: Awaited<ReturnType<MetricsBed['as']>> | undefined) => [
      () => bed.metrics.listMetrics({}, options),
      () => bed.metrics.getMetric(named, options),
      () => bed.metrics.queryMetric({ selection }, options),
      () => bed.metrics.queryHeatmap({ selection }, options),
      () => bed.metrics.listExemplars({ selection }, options),
    ];
    for (const [options, code] of [
      [undefined, 'unauthenticated'],
      [await bed.as({ scopes: ['write_observability'] }), 'permission_denied'],
    ] as const)
      for (const call of calls(options)) expect((await errorOf(call())).code).toBe(code);
  });
});
