import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attributes, counter, createIngest, gauge, NOON, timeOf } from '../query/metrics/harness.js';
import { isoOf, problemOf } from './data.js';
import { type GatewayBed, startGatewayBed } from './fixture.js';

const BASES = ['/v3/query/7', '/query/22/7/v1', '/observability/v1'];
const OWNER = { projectId: 7n };
const TRACE = '0a1b2c3d00004000800000000000beef';
const DASHED = '0a1b2c3d-0000-4000-8000-00000000beef';
const RANGE = `start_time=${isoOf(NOON)}&end_time=${isoOf(timeOf(600))}`;

let bed: GatewayBed;
beforeAll(async () => {
  bed = await startGatewayBed();
  const { ingest, stop } = await createIngest(bed.query);
  const labels = { region: 'eu', 'a,b': 'x,y' };
  await ingest(
    [
      counter('cart.items', [
        { at: -30, value: 2n ** 53n + 1n, labels },
        { at: 30, value: 2n ** 53n + 4n, labels, traceIds: [TRACE] },
      ]),
      gauge('load', [
        { at: 1, value: 0.1, labels },
        { at: 2, value: Number.NaN, labels },
        { at: 3, value: Number.POSITIVE_INFINITY, labels },
        { at: 4, value: -(2n ** 63n), labels },
        { at: 5, value: 1e-9, labels },
      ]),
      {
        name: 'lat',
        unit: 'ms',
        histogram: {
          aggregationTemporality: 1,
          dataPoints: [
            {
              timeUnixNano: timeOf(30),
              startTimeUnixNano: NOON,
              count: 4n,
              sum: 12,
              bucketCounts: [4n, 0n],
              explicitBounds: [5],
              attributes: attributes(labels),
              exemplars: [
                {
                  timeUnixNano: timeOf(29),
                  asDouble: 3,
                  traceId: Buffer.from(TRACE, 'hex'),
                  spanId: Buffer.alloc(8, 0xcd),
                },
              ],
            },
          ],
        },
      },
    ],
    OWNER,
  );
  await ingest([gauge('secret', [{ at: 1, value: 1, labels: { hidden: 'h' } }])], {
    tenantId: 2,
    projectId: 9n,
  });
  await stop();
});
afterAll(() => bed.close());

async function json(path: string): Promise<Record<string, unknown>> {
  const response = await bed.get(path);
  const text = await response.text();
  expect(response.status, text).toBe(200);
  return JSON.parse(text);
}

describe('metrics', () => {
  it('are listed under every generation of paths, one tenant’s only', async () => {
    for (const base of BASES) {
      const body = await json(`${base}/metrics/autocomplete?search=cart&limit=50`);
      expect(body).toEqual({
        metrics: [
          {
            name: 'cart.items',
            description: '',
            type: 'Sum',
            attributes: ['a,b', 'region', 'service.name'],
            last_ingested_at: expect.any(Number),
          },
        ],
        all_available_attributes: ['a,b', 'region', 'service.name'],
      });
    }
    const ofTrace = await bed.get(`/v3/query/7/metrics/autocomplete?trace_id=${DASHED}&trace_id=${TRACE}`);
    expect(await ofTrace.text()).not.toContain('secret');
  });

  it('describe themselves', async () => {
    for (const base of BASES)
      expect(await json(`${base}/metrics/searchmetadata?mname=lat&mtype=HISTOGRAM`)).toEqual({
        name: 'lat',
        type: 'histogram',
        description: '',
        attribute_keys: ['a,b', 'region', 'service.name'],
        last_ingested_at: expect.any(Number),
        supported_aggregations: ['1m', '1h', '1d'],
        supported_functions: [
          'quantiles',
          'p50',
          'p75',
          'p90',
          'p95',
          'p99',
          'avg',
          'sum',
          'min',
          'max',
          'count',
        ],
        default_group_by_attributes: ['a,b', 'region'],
        default_group_by_function: 'quantiles',
      });
    await problemOf(await bed.get('/v3/query/7/metrics/searchmetadata?mname=secret&mtype=Gauge'), 404);
  });

  it('give their values as decimal text with the traces of exemplars', async () => {
    const query = `mname=cart.items&mtype=sum&groupby_fn=sum&groupby_attrs=region&step=60s&attrs=${encodeURIComponent('a,b,eq,x,y')}`;
    await problemOf(await bed.get(`/v3/query/7/metrics/search?${RANGE}&${query}`), 400);
    for (const base of BASES) {
      const filter = encodeURIComponent('region,re,^e');
      const body = await json(
        `${base}/metrics/search?${RANGE}&mname=cart.items&mtype=sum&groupby_fn=sum&groupby_attrs=region&step=60s&attrs=${filter}`,
      );
      expect(body.results).toEqual([
        {
          name: 'cart.items',
          description: '',
          unit: '1',
          type: 'Sum',
          attributes: { region: 'eu' },
          values: [[String(NOON), '3.000000', [DASHED]]],
        },
      ]);
    }
    const text = await (await bed.get(`/v3/query/7/metrics/search?${RANGE}&mname=load&mtype=Gauge`)).text();
    expect(text).toContain(`"start_ts":${NOON},"end_ts":${timeOf(600)}`);
    expect(JSON.parse(text).results).toEqual([
      expect.objectContaining({
        attributes: { region: 'eu', 'a,b': 'x,y' },
        values: [
          [String(timeOf(1)), '0.100000', []],
          [String(timeOf(2)), 'NaN', []],
          [String(timeOf(3)), '+Inf', []],
          [String(timeOf(4)), '-9223372036854775808.000000', []],
          [String(timeOf(5)), '1e-9', []],
        ],
      }),
    ]);
  });

  it('are heatmaps as the contract draws them', async () => {
    const { results } = await json(
      `/v3/query/7/metrics/search?${RANGE}&mname=lat&mtype=Histogram&mvisual=heatmap`,
    );
    expect(results).toEqual([
      {
        name: 'lat',
        description: '',
        unit: 'ms',
        type: 'Histogram',
        attributes: {},
        fingerprint: '',
        data: [
          {
            bucketsHash: expect.any(Number),
            buckets: ['5.000', '+Inf'],
            distribution: [[[String(NOON), '4', [DASHED]]], [[String(NOON), '0', []]]],
          },
        ],
      },
    ]);
  });

  it('lead to their traces', async () => {
    for (const base of BASES)
      expect(await json(`${base}/metrics/exemplars?${RANGE}&mname=lat&mtype=histogram`)).toEqual({
        exemplars: [
          {
            timestamp: isoOf(timeOf(29)),
            value: '3.000000',
            trace_id: DASHED,
            span_id: 'CDCDCDCDCDCDCDCD',
            service_name: 'shop',
            attributes: {},
            series_attributes: { region: 'eu', 'a,b': 'x,y' },
          },
        ],
        has_more: false,
      });
  });

  it('refuse a parameter that is missing, malformed or unknown, by name', async () => {
    const named = 'mname=load&mtype=gauge';
    const bad: Record<string, string> = {
      'mtype=gauge': 'mname',
      'mname=&mtype=gauge': 'mname',
      'mname=load': 'mtype',
      'mname=load&mtype=counter': 'mtype',
      [`${named}&attrs=a,like,b`]: 'attrs',
      [`${named}&attrs=a`]: 'attrs',
      [`${named}&attrs=a,constructor,b`]: 'attrs',
      [`${named}&attrs=a,re,(`]: 'attrs',
      [`${named}&attrs=${'x'.repeat(2_000)},eq,b`]: 'attrs',
      [`${named}&groupby_fn=p50`]: 'groupby_fn',
      [`${named}&groupby_attrs=${Array.from({ length: 99 }, (_, key) => key)}`]: 'groupby_attrs',
      [`${named}&mvisual=heatmap`]: 'mtype',
      [`${named}&groupby_fn=median`]: 'groupby_fn',
      [`${named}&step=1w`]: 'step',
      [`${named}&step=0s`]: 'step',
      [`${named}&mvisual=pie`]: 'mvisual',
      [`${named}&counter=raw`]: 'counter',
      [`${named}&period=1w`]: 'period',
      [`${named}&page=1`]: 'page',
    };
    for (const [query, field] of Object.entries(bad)) {
      const problem = await problemOf(await bed.get(`/v3/query/7/metrics/search?${query}`), 400);
      expect(problem, query).toMatchObject({ code: 'invalid_argument', field });
      expect(problem.detail, query).toContain(field);
    }
    for (const path of ['search', 'searchmetadata', 'exemplars'])
      await problemOf(await bed.get(`/v3/query/7/metrics/${path}`), 400);
    await problemOf(await bed.get('/v3/query/7/metrics/autocomplete?trace_id=x'), 400);
  });

  it('are for those who may read them', async () => {
    for (const path of [
      'autocomplete',
      `search?mname=load&mtype=gauge`,
      'searchmetadata?mname=load&mtype=gauge',
      'exemplars?mname=load&mtype=gauge',
    ]) {
      await problemOf(await bed.get(`/v3/query/7/metrics/${path}`, {}), 401);
      await problemOf(await bed.get(`/v3/query/7/metrics/${path}`, { 'PRIVATE-TOKEN': 'stranger' }), 404);
    }
  });
});
