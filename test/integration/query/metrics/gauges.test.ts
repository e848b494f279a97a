import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MetricFunction, MetricType } from '../../../../gen/es/gob/query/v1/metrics_pb.js';
import { errorOf, NANO_PER_SECOND } from '../fixture.js';
import {
  type Asked,
  connectMetrics,
  gauge,
  type MetricsBed,
  NOON,
  requestOf,
  secondsOf,
  startMetricsBed,
  type TestPoint,
  valuesOf,
} from './harness.js';

let bed: MetricsBed;
beforeAll(async () => {
  bed = await startMetricsBed();
});
afterAll(() => bed.close());

type AskedGauge = Omit<Asked, 'type'>;

async function ask(asked: AskedGauge) {
  const request = requestOf({ ...asked, type: MetricType.GAUGE });
  return (await bed.metrics.queryMetric(request, await bed.as())).lines;
}

const at = (seconds: number, value: TestPoint['value'], labels: TestPoint['labels'] = {}): TestPoint => ({
  at: seconds,
  value,
  labels,
});
const TRACE = 'ab'.repeat(16);
const NOON_SECONDS = Number(NOON / NANO_PER_SECOND);

describe('a gauge', () => {
  const points = [
    at(1, 4.5),
    at(20, Number.NaN),
    at(61, 2n ** 53n + 1n),
    at(70, -(2n ** 63n)),
    at(121, undefined),
    at(181, Number.NEGATIVE_INFINITY),
  ];

  it('shows its points themselves in a short range, gaps left out', async () => {
    await bed.ingest([gauge('points', points)]);
    const [line] = await ask({ name: 'points', range: [0, 600] });
    expect(valuesOf(line)).toEqual([
      [1, 4.5],
      [20, Number.NaN],
      [61, '9007199254740993'],
      [70, '-9223372036854775808'],
      [181, Number.NEGATIVE_INFINITY],
    ]);
  });

  it('shows the last value of a bucket, or what the function makes of all', async () => {
    const values = async (fn: MetricFunction) =>
      valuesOf((await ask({ name: 'bucket', step: 60, fn, keys: ['*'] }))[0]);
    await bed.ingest([gauge('bucket', [at(1, 4n), at(20, 1n), at(30, 2n), at(90, 7n)])]);
    expect(valuesOf((await ask({ name: 'bucket', step: 60 }))[0])).toEqual([
      [0, '2'],
      [60, '7'],
    ]);
    expect(await values(MetricFunction.MIN)).toEqual([
      [0, '1'],
      [60, '7'],
    ]);
    expect(await values(MetricFunction.MAX)).toEqual([
      [0, '4'],
      [60, '7'],
    ]);
    expect(await values(MetricFunction.AVG)).toEqual([
      [0, 7 / 3],
      [60, '7'],
    ]);
  });
});

describe('buckets of time', () => {
  it('are chosen by the range, and the first one is whole', async () => {
    await bed.ingest([gauge('time', [at(-86_400, 1), at(-3_600, 2), at(-10, 3), at(10, 4), at(70, 5)])]);
    const times = async (range: readonly [number, number], more: Partial<AskedGauge> = {}) =>
      (await ask({ name: 'time', range, ...more })).flatMap(({ points }) => points.map(secondsOf));
    expect(await times([-10, 1000])).toEqual([-10, 10, 70]);
    expect(await times([-10, 1000], { keys: ['a'] })).toEqual([-60, 0, 60]);
    expect(await times([-10, 1790])).toEqual([-60, 0, 60]);
    expect(await times([-1800, 1800])).toEqual([-60, 0, 60]);
    expect(await times([-1800, 1801])).toEqual([-3600, 0]);
    expect(await times([-72 * 3600 + 100, 100])).toEqual([-86_400, -3600, 0]);
    expect(await times([-80 * 3600, 100])).toEqual([-129_600, -43_200]);
    const epochAligned = (time: number) => Math.floor((NOON_SECONDS + time) / 7) * 7 - NOON_SECONDS;
    expect(await times([5, 100], { step: 7 })).toEqual([10, 70].map(epochAligned));
  });
});

describe('series', () => {
  beforeAll(async () => {
    const series = [
      { region: 'eu', host: 'a1' },
      { region: 'eu', host: 'a2' },
      { region: 'us', host: 'b1' },
      { host: "c'\\1" },
    ];
    await bed.ingest([
      gauge(
        'load',
        series.map((labels, index) => ({
          ...at(10, BigInt(index + 1), labels as Record<string, string>),
          traceIds: index === 0 ? [TRACE, TRACE] : [],
        })),
      ),
    ]);
    await bed.ingest([gauge('load', [at(10, 10n, { region: 'eu', host: 'a1' })])], {
      resource: { zone: 'z' },
    });
  });
  const load = (more: Partial<AskedGauge> = {}) => ask({ name: 'load', step: 60, ...more });
  const summary = async (more: Partial<AskedGauge>) =>
    (await load(more)).map((line) => [line.labels, valuesOf(line)[0]?.[1]]);

  it('are told apart by what differs', async () => {
    const lines = await load();
    expect(lines).toHaveLength(5);
    expect(lines.map((line) => line.labels)).toEqual(
      expect.arrayContaining([
        { region: 'eu', host: 'a1' },
        { region: 'eu', host: 'a2' },
        { region: 'us', host: 'b1' },
        { host: "c'\\1" },
        { region: 'eu', host: 'a1', zone: 'z' },
      ]),
    );
  });

  it('are grouped by attributes of their own or of their resource', async () => {
    expect(await summary({ keys: ['region'], fn: MetricFunction.SUM })).toEqual([
      [{ region: '' }, '4'],
      [{ region: 'eu' }, '13'],
      [{ region: 'us' }, '3'],
    ]);
    expect(await summary({ keys: ['zone', 'region'], fn: MetricFunction.COUNT })).toEqual([
      [{ zone: '', region: '' }, '1'],
      [{ zone: '', region: 'eu' }, '2'],
      [{ zone: '', region: 'us' }, '1'],
      [{ zone: 'z', region: 'eu' }, '1'],
    ]);
    expect(await summary({ fn: MetricFunction.AVG })).toEqual([[{}, 4]]);
    expect(await summary({ fn: MetricFunction.MAX })).toEqual([[{}, '10']]);
    expect(await summary({ fn: MetricFunction.MIN })).toEqual([[{}, '1']]);
  });

  it('are filtered, an absent attribute being empty', async () => {
    const sum = async (...filters: string[]) => (await summary({ filters, fn: MetricFunction.SUM }))[0]?.[1];
    expect(await sum('region = eu')).toBe('13');
    expect(await sum('region = ')).toBe('4');
    expect(await sum('region != eu')).toBe('7');
    expect(await sum('host =~ ^[ab]1$')).toBe('14');
    expect(await sum('host !~ ^[ab]1$')).toBe('6');
    expect(await sum('host =~ 1', 'zone = z')).toBe('10');
    expect(await sum("host = c'\\1")).toBe('4');
    expect(await sum('service.name != shop')).toBeUndefined();
  });

  it('carry the traces of their exemplars, each once', async () => {
    const [line] = await load({ fn: MetricFunction.SUM, keys: ['region'], filters: ['host = a1'] });
    expect(line?.points.map(({ traceIds }) => traceIds.map((id) => Buffer.from(id).toString('hex')))).toEqual(
      [[TRACE]],
    );
  });
});

describe('what cannot be answered', () => {
  it('names the field at fault', async () => {
    const bad: [Partial<Asked>, string][] = [
      [{ name: '' }, 'selection.name'],
      [{ type: 99 as MetricType }, 'selection.type'],
      [{ filters: ['a ~ b'] }, 'selection.filters'],
      [{ filters: ['a =~ ('] }, 'selection.filters'],
      [{ filters: ['a =~ (?=x)'] }, 'selection.filters'],
      [{ filters: [`a = ${'x'.repeat(1025)}`] }, 'selection.filters'],
      [{ filters: Array.from({ length: 21 }, () => 'a = b') }, 'selection.filters'],
      [{ range: [10, 5] }, 'range'],
      [{ step: 0.5 }, 'step'],
      [{ step: 1, range: [-9 * 86_400, 0] }, 'step'],
      [{ keys: [''] }, 'grouping.keys'],
      [{ keys: Array.from({ length: 21 }, String) }, 'grouping.keys'],
      [{ fn: MetricFunction.P99 }, 'grouping.function'],
      [{ counter: 2 }, 'counter'],
    ];
    await bed.ingest([gauge('bad', [at(1, 1)])]);
    for (const [more, field] of bad) {
      const call = bed.metrics.queryMetric(
        requestOf({ name: 'bad', type: MetricType.GAUGE, ...more }),
        await bed.as(),
      );
      expect(await errorOf(call), JSON.stringify(more)).toMatchObject({ code: 'invalid_argument', field });
    }
  });

  it('is refused when it is too large, with what to do, and never cut', async () => {
    const labels = [1, 2, 3, 4].map((host) => at(10, BigInt(host), { host: String(host) }));
    await bed.ingest([gauge('many', [...labels, at(70, 1n, { host: '1' })])]);
    const small = connectMetrics(
      (await bed.start({ queryMaxMetricSeries: 3, queryMaxMetricPoints: 60 })).url,
    );
    const options = await bed.as();
    const many = requestOf({ name: 'many', type: MetricType.GAUGE, step: 60, range: [0, 600] });
    expect(await errorOf(small.queryMetric(many, options))).toMatchObject({
      code: 'query_too_expensive',
      message: expect.stringMatching(/would have 4 series; at most 3 .*Filter by attributes/),
    });
    const poor = connectMetrics((await bed.start({ queryMaxMetricSeries: 4, queryMaxMetricPoints: 4 })).url);
    const few = requestOf({ name: 'many', type: MetricType.GAUGE, range: [0, 100] });
    expect(await errorOf(poor.queryMetric(few, options))).toMatchObject({
      code: 'query_too_expensive',
      message: expect.stringMatching(/more than 4 points .*larger step/),
    });
    expect((await bed.metrics.queryMetric(few, options)).lines).toHaveLength(4);
  });

  it('because there is nothing, is empty', async () => {
    expect(await ask({ name: 'none' })).toEqual([]);
    expect(await ask({ name: 'points', range: [-90 * 86_400, -80 * 86_400] })).toEqual([]);
  });
});
