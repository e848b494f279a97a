import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CounterView, MetricFunction, MetricType } from '../../../../gen/es/gob/query/v1/metrics_pb.js';
import { errorOf, toHex } from '../fixture.js';
import {
  type Asked,
  attributes,
  DELTA,
  type MetricsBed,
  requestOf,
  secondsOf,
  selectionOf,
  startMetricsBed,
  timeOf,
  valuesOf,
} from './harness.js';
import { exponential, histogram, positive, TRACE } from './histogram-samples.js';

let bed: MetricsBed;
beforeAll(async () => {
  bed = await startMetricsBed();
});
afterAll(() => bed.close());

const { HISTOGRAM, EXPONENTIAL_HISTOGRAM, SUMMARY } = MetricType;
const { COUNT, SUM, AVG, MIN, MAX, P50, QUANTILES } = MetricFunction;

async function ask(asked: Asked) {
  return (await bed.metrics.queryMetric(requestOf({ step: 60, ...asked }), await bed.as())).lines;
}
const valuesFor = async (asked: Asked) => valuesOf((await ask(asked))[0]);

async function heatmaps(asked: Asked) {
  const request = {
    selection: selectionOf(asked),
    groupBy: [...(asked.keys ?? [])],
    stepMs: BigInt((asked.step ?? 60) * 1000),
  };
  return (await bed.metrics.queryHeatmap(request, await bed.as())).heatmaps;
}

describe('a histogram', () => {
  it('counts what a bucket of time added, over resets, restarts, other bounds and repetitions', async () => {
    const points = [
      { at: -30, counts: [1, 1, 0], sum: 20 },
      { at: 30, counts: [2, 4, 0], sum: 65 },
      { at: 30, counts: [2, 4, 0], sum: 65 },
      { at: 90, counts: [1, 0, 0], sum: 5 },
      { at: 150, counts: [5, 5, 0], sum: 90, began: 100 },
      { at: 210, counts: [9, 9], bounds: [10], sum: 100, began: 100 },
    ];
    await bed.ingest([histogram('cumulative', points)]);
    const asked = { name: 'cumulative', type: HISTOGRAM };
    expect(await valuesFor({ ...asked, fn: COUNT })).toEqual([
      [0, '4'],
      [60, '1'],
      [120, '10'],
      [180, '18'],
    ]);
    expect(await valuesFor({ ...asked, fn: SUM, step: 600 })).toEqual([[0, 45 + 5 + 90 + 100]]);
    expect(await valuesFor({ ...asked, fn: AVG })).toEqual([
      [0, 45 / 4],
      [60, 5],
      [120, 9],
      [180, 100 / 18],
    ]);
    expect(await valuesFor({ ...asked, fn: COUNT, counter: CounterView.RATE })).toContainEqual([
      120,
      10 / 60,
    ]);
  });

  it('of both temporalities and different bounds is one distribution', async () => {
    await bed.ingest([
      histogram('both', [{ at: 30, counts: [0, 10, 0], began: 0, sum: 150, min: 11, max: 19 }], DELTA),
      histogram('both', [{ at: 30, counts: [0, 10, 0], bounds: [15, 25], began: 0, sum: 200 }]),
    ]);
    const asked = { name: 'both', type: HISTOGRAM };
    expect(await valuesFor({ ...asked, fn: COUNT })).toEqual([[0, '20']]);
    expect(await valuesFor({ ...asked, fn: MIN })).toEqual([[0, 11]]);
    expect(await valuesFor({ ...asked, fn: MAX })).toEqual([[0, 25]]);
    const [[, median] = []] = await valuesFor({ ...asked, fn: P50 });
    expect(median).toBeGreaterThan(15);
    expect(median).toBeLessThan(19);
    const [heatmap] = await heatmaps(asked);
    expect(
      heatmap?.parts.map(({ upperBounds, columns }) => [upperBounds, columns.map(({ counts }) => counts)]),
    ).toEqual(
      expect.arrayContaining([
        [[10, 20, Number.POSITIVE_INFINITY], [[0n, 10n, 0n]]],
        [[15, 25, Number.POSITIVE_INFINITY], [[0n, 10n, 0n]]],
      ]),
    );
  });

  it('shows its quantiles when nothing else is asked for, by series and by group', async () => {
    await bed.ingest([
      histogram('quantiles', [
        { at: 30, counts: [10, 0, 0], began: 0, labels: { h: 'a' }, exemplar: 7 },
        { at: 30, counts: [0, 10, 0], began: 0, labels: { h: 'b' } },
      ]),
    ]);
    const asked = { name: 'quantiles', type: HISTOGRAM };
    const lines = await ask(asked);
    expect(lines.map(({ labels }) => `${labels.h} ${labels.quantile}`).sort()).toEqual(
      ['a', 'b'].flatMap((h) => [0.5, 0.75, 0.9, 0.95, 0.99].map((q) => `${h} ${q}`)),
    );
    expect(valuesOf(lines.find(({ labels }) => labels.h === 'a' && labels.quantile === '0.9'))).toEqual([
      [0, 9],
    ]);
    expect(lines[0]?.points[0]?.traceIds.length === 1 || lines[5]?.points[0]?.traceIds.length === 1).toBe(
      true,
    );
    expect(await valuesFor({ ...asked, fn: QUANTILES })).toEqual([[0, 10]]);
  });

  it('is a heatmap with the traces of each bucket, one per group', async () => {
    const both = await heatmaps({ name: 'quantiles', type: HISTOGRAM, keys: ['h'] });
    expect(both.map(({ labels }) => labels)).toEqual([{ h: 'a' }, { h: 'b' }]);
    const [column] = both[0]?.parts[0]?.columns ?? [];
    expect(column && secondsOf(column)).toBe(0);
    expect(column?.counts).toEqual([10n, 0n, 0n]);
    expect(column?.exemplars.map(({ bound, traceId }) => [bound, toHex(traceId)])).toEqual([[0, TRACE]]);
    expect(both[0]?.unit).toBe('ms');
  });

  it('without buckets still has its count and sum', async () => {
    await bed.ingest([
      histogram('bare', [
        { at: -30, counts: [5], sum: 1 },
        { at: 30, counts: [8], sum: 4 },
      ]),
    ]);
    expect(await valuesFor({ name: 'bare', type: HISTOGRAM, fn: AVG })).toEqual([[0, 1]]);
    expect(await ask({ name: 'bare', type: HISTOGRAM, fn: P50 })).toEqual([]);
    expect((await heatmaps({ name: 'bare', type: HISTOGRAM }))[0]?.parts[0]).toMatchObject({
      upperBounds: [Number.POSITIVE_INFINITY],
      columns: [{ counts: [3n] }],
    });
  });
});

describe('an exponential histogram', () => {
  it('is added at the lowest scale, though scales change and differ between series', async () => {
    await bed.ingest([
      exponential('scales', [
        { timeUnixNano: timeOf(-30), count: 4n, scale: 1, positive: positive(-2, 1, 1, 1, 1), sum: 4 },
        {
          timeUnixNano: timeOf(30),
          count: 9n,
          scale: 0,
          positive: positive(-1, 4, 4),
          zeroCount: 1n,
          sum: 9,
        },
        { timeUnixNano: timeOf(90), count: 2n, scale: 0, positive: positive(0, 2), sum: 3 },
      ]),
      exponential(
        'scales',
        [
          {
            timeUnixNano: timeOf(30),
            startTimeUnixNano: timeOf(0),
            count: 5n,
            scale: 2,
            attributes: attributes({ a: 'b' }),
            positive: positive(-4, 1, 1, 1, 1),
            negative: positive(3, 1),
            sum: 1,
          },
        ],
        DELTA,
      ),
    ]);
    const asked = { name: 'scales', type: EXPONENTIAL_HISTOGRAM };
    expect(await valuesFor({ ...asked, fn: COUNT })).toEqual([
      [0, '10'],
      [60, '2'],
    ]);
    expect(await valuesFor({ ...asked, fn: SUM })).toEqual([
      [0, 6],
      [60, 3],
    ]);
    const [heatmap] = await heatmaps(asked);
    const [part] = heatmap?.parts ?? [];
    // Scale 0: (-2, -1] holds what was at scale 2, index 3; (0.5, 1] and (1, 2] are indexes -1 and 0.
    expect(part?.upperBounds).toEqual([-1, 0, 1, 2, Number.POSITIVE_INFINITY]);
    expect(part?.columns.map(({ counts }) => counts)).toEqual([
      [1n, 1n, 6n, 2n, 0n],
      [0n, 0n, 0n, 2n, 0n],
    ]);
    const [[, median] = []] = await valuesFor({ ...asked, fn: P50 });
    expect(median).toBeCloseTo(0.5 * 2 ** (3 / 6), 12);
  });

  it('of the outermost scales and indexes is answered', async () => {
    const outermost = [
      [-11, 0],
      [20, -2_147_483_648],
      [20, 2_147_483_647],
    ] as const;
    const points = outermost.map(([scale, offset], index) => ({
      timeUnixNano: timeOf(30),
      startTimeUnixNano: timeOf(0),
      attributes: attributes({ a: String(index) }),
      count: 2n,
      scale,
      positive: positive(offset, 2),
    }));
    await bed.ingest([exponential('extreme', points)]);
    const [heatmap] = await heatmaps({ name: 'extreme', type: EXPONENTIAL_HISTOGRAM });
    expect(heatmap?.parts[0]?.columns[0]?.counts.reduce((sum, count) => sum + count, 0n)).toBe(6n);
  });
});

describe('a summary', () => {
  it('has the quantiles that it was sent with, and its count and sum', async () => {
    const point = (at: number, count: bigint, sum: number, ...quantiles: [number, number][]) => ({
      timeUnixNano: timeOf(at),
      startTimeUnixNano: timeOf(-86_400),
      count,
      sum,
      quantileValues: quantiles.map(([quantile, value]) => ({ quantile, value })),
    });
    const other = { ...point(30, 1n, 1, [0.5, 2]), attributes: attributes({ h: 'b' }) };
    await bed.ingest([
      {
        name: 'summary',
        summary: {
          dataPoints: [point(-30, 1n, 10, [0.5, 1]), point(30, 4n, 40, [0.5, 3], [0.99, Number.NaN]), other],
        },
      },
    ]);
    const asked = { name: 'summary', type: SUMMARY };
    const lines = await ask({ ...asked, fn: QUANTILES });
    expect(lines.map((line) => [line.labels, valuesOf(line)])).toEqual([
      [{ quantile: '0.5' }, [[0, 3]]],
      [{ quantile: '0.99' }, [[0, Number.NaN]]],
    ]);
    expect(await ask(asked)).toHaveLength(3);
    expect(await valuesFor({ ...asked, fn: COUNT })).toEqual([[0, '3']]);
    expect(await valuesFor({ ...asked, fn: AVG })).toEqual([[0, 10]]);
    const heatmap = bed.metrics.queryHeatmap({ selection: selectionOf(asked) }, await bed.as());
    expect(await errorOf(heatmap)).toMatchObject({ code: 'invalid_argument', field: 'selection.type' });
  });
});
