import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CounterView, MetricFunction } from '../../../../gen/es/gob/query/v1/metrics_pb.js';
import { countedByHand, randomCounter } from './counter-model.js';
import {
  type Asked,
  counter,
  DELTA,
  type MetricsBed,
  numberPoints,
  requestOf,
  startMetricsBed,
  type TestPoint,
  valuesOf,
} from './harness.js';

let bed: MetricsBed;
beforeAll(async () => {
  bed = await startMetricsBed();
});
afterAll(() => bed.close());

async function ask(asked: Asked) {
  return (await bed.metrics.queryMetric(requestOf(asked), await bed.as())).lines;
}

/** The only line's values. */
async function valuesFor(asked: Asked) {
  const lines = await ask(asked);
  expect(lines.length).toBeLessThanOrEqual(1);
  return valuesOf(lines[0]);
}

const SUM = MetricFunction.SUM;
const at = (seconds: number, value: number | bigint | undefined, began?: number): TestPoint => ({
  at: seconds,
  value,
  began,
});

describe('a cumulative counter', () => {
  it('shows its increase, with the point before the range as its base', async () => {
    await bed.ingest([counter('plain', [at(-30, 5n), at(30, 8n), at(90, 8n), at(150, 20n), at(260, 21n)])]);
    expect(await valuesFor({ name: 'plain', step: 60 })).toEqual([
      [0, '3'],
      [60, '0'],
      [120, '12'],
      [240, '1'],
    ]);
    expect(await valuesFor({ name: 'plain', step: 600 })).toEqual([[0, '16']]);
  });

  it('does not count what it had before its first point, but all when it began in the range', async () => {
    await bed.ingest([
      counter('old', [at(30, 100n), at(90, 101n)]),
      counter('new', [at(30, 100n, 10), at(90, 101n, 10)]),
      counter('unknown', [at(30, 100n, 30), at(90, 101n, 30)]),
    ]);
    expect(await valuesFor({ name: 'old', step: 60 })).toEqual([[60, '1']]);
    expect(await valuesFor({ name: 'new', step: 60 })).toEqual([
      [0, '100'],
      [60, '1'],
    ]);
    expect(await valuesFor({ name: 'unknown', step: 60 })).toEqual([[60, '1']]);
    expect(await valuesFor({ name: 'old', step: 600 })).toEqual([[0, '1']]);
    expect(await valuesFor({ name: 'new', step: 600 })).toEqual([[0, '101']]);
  });

  it('counts from zero after a fall, between buckets and inside one', async () => {
    await bed.ingest([counter('reset', [at(-30, 10n), at(30, 14n), at(90, 3n), at(150, 5n)])]);
    expect(await valuesFor({ name: 'reset', step: 60 })).toEqual([
      [0, '4'],
      [60, '3'],
      [120, '2'],
    ]);
    expect(await valuesFor({ name: 'reset', step: 600 })).toEqual([[0, '9']]);
  });

  it('sees a restart that climbs above the old value by its start time', async () => {
    await bed.ingest([counter('restart', [at(-30, 10n), at(30, 14n), at(90, 20n, 60), at(150, 25n, 60)])]);
    expect(await valuesFor({ name: 'restart', step: 60 })).toEqual([
      [0, '4'],
      [60, '20'],
      [120, '5'],
    ]);
    expect(await valuesFor({ name: 'restart', step: 600 })).toEqual([[0, '29']]);
  });

  it('goes on over a gap and over points that say that there is no value', async () => {
    await bed.ingest([counter('gap', [at(-30, 1n), at(30, 2n), at(90, undefined), at(1500, 10n)])]);
    expect(await valuesFor({ name: 'gap', step: 60 })).toEqual([
      [0, '1'],
      [1500, '8'],
    ]);
  });

  it('takes late points and repeated ones where they belong', async () => {
    await bed.ingest([counter('late', [at(-30, 1n), at(150, 9n)])]);
    expect(await valuesFor({ name: 'late', step: 60 })).toEqual([[120, '8']]);
    await bed.ingest([counter('late', [at(30, 4n), at(90, 6n), at(150, 9n)])]);
    expect(await valuesFor({ name: 'late', step: 60 })).toEqual([
      [0, '3'],
      [60, '2'],
      [120, '3'],
    ]);
  });

  it('keeps integers exact beyond 2^53, also their sum beyond 64 bits', async () => {
    const big = 2n ** 53n;
    await bed.ingest([
      counter('exact', [at(-30, big + 1n), at(30, big + 4n), at(90, 2n ** 62n + 1n)]),
      counter('huge', [at(30, 2n ** 63n - 1n, 0), { ...at(30, 2n ** 63n - 1n, 0), labels: { a: '1' } }]),
    ]);
    expect(await valuesFor({ name: 'exact', step: 60 })).toEqual([
      [0, '3'],
      [60, String(2n ** 62n - big - 3n)],
    ]);
    expect(await valuesFor({ name: 'huge', step: 60, fn: SUM })).toEqual([[0, String(2n ** 64n - 2n)]]);
  });

  it('may have doubles, NaN and infinities', async () => {
    await bed.ingest([
      counter('odd', [at(-30, 0.5), at(30, 0.75), at(90, Number.POSITIVE_INFINITY), at(150, Number.NaN)]),
    ]);
    expect(await valuesFor({ name: 'odd', step: 60 })).toEqual([
      [0, 0.25],
      [60, Number.POSITIVE_INFINITY],
      [120, Number.NaN],
    ]);
  });
});

describe('a delta counter', () => {
  it('is added up, each point once', async () => {
    const points = [at(30, 3n, 0), at(45, 4n, 30), at(90, 5n, 45), at(150, undefined, 90)];
    await bed.ingest([counter('delta', points, DELTA)]);
    await bed.ingest([counter('delta', points.slice(1), DELTA)]);
    expect(await valuesFor({ name: 'delta', step: 60 })).toEqual([
      [0, '7'],
      [60, '5'],
    ]);
  });

  it('and a cumulative one of the same name add up to one line', async () => {
    await bed.ingest([
      counter(
        'mixed',
        [
          { ...at(30, 3n, 0), labels: { h: 'a' } },
          { ...at(90, 4n, 30), labels: { h: 'a' } },
        ],
        DELTA,
      ),
      counter(
        'mixed',
        [-30, 30, 90].map((seconds, index) => ({ ...at(seconds, BigInt(10 + index)), labels: { h: 'a' } })),
      ),
    ]);
    expect(await valuesFor({ name: 'mixed', step: 60, keys: ['h'] })).toEqual([
      [0, '4'],
      [60, '5'],
    ]);
    const lines = await ask({ name: 'mixed', step: 60 });
    expect(lines.map(({ labels }) => labels)).toEqual(
      expect.arrayContaining([
        { h: 'a', 'otel.temporality': 'delta' },
        { h: 'a', 'otel.temporality': 'cumulative' },
      ]),
    );
  });
});

describe('a sum that may fall', () => {
  it('is shown as its last value', async () => {
    const dataPoints = numberPoints([at(10, 5n), at(30, 3n), at(90, 9n)]);
    await bed.ingest([{ name: 'queue', sum: { isMonotonic: false, aggregationTemporality: 2, dataPoints } }]);
    expect(await valuesFor({ name: 'queue', step: 60 })).toEqual([
      [0, '3'],
      [60, '9'],
    ]);
  });
});

describe('a rate', () => {
  it('is the increase per second, of a bucket or since the point before', async () => {
    await bed.ingest([
      counter('rate', [at(-30, 0n), at(30, 30n), at(90, 60n)]),
      counter('rate.delta', [at(30, 30n, 0)], DELTA),
    ]);
    const rate = { counter: CounterView.RATE };
    expect(await valuesFor({ ...rate, name: 'rate', step: 60 })).toEqual([
      [0, 0.5],
      [60, 0.5],
    ]);
    expect(await valuesFor({ ...rate, name: 'rate', range: [0, 600] })).toEqual([
      [30, 0.5],
      [90, 0.5],
    ]);
    expect(await valuesFor({ ...rate, name: 'rate.delta', range: [0, 600] })).toEqual([[30, 1]]);
    expect((await ask({ ...rate, name: 'rate', step: 60 }))[0]?.unit).toBe('1/s');
  });
});

describe('any mixture of resets, restarts, gaps and repetitions', () => {
  it('comes out as counted by hand, at every resolution', async () => {
    const points = randomCounter();
    await bed.ingest([counter('random', points)]);
    await bed.ingest([
      counter(
        'random',
        points.filter((_, index) => index % 3 === 0),
      ),
    ]);
    for (const step of [0, 30, 60, 300, 900])
      for (const range of [
        [0, 1500],
        [100, 1799],
      ] as const)
        expect(await valuesFor({ name: 'random', range, step }), `${step} s`).toEqual(
          countedByHand(points, range, step),
        );
  });
});
