import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MetricFunction, MetricType } from '../../../../gen/es/gob/query/v1/metrics_pb.js';
import { randomCounter } from './counter-model.js';
import {
  type Asked,
  attributes,
  counter,
  DELTA,
  gauge,
  type MetricFields,
  type MetricsBed,
  requestOf,
  startMetricsBed,
  timeOf,
  valuesOf,
} from './harness.js';
import { exponential, histogram, positive } from './histogram-samples.js';

const { GAUGE, HISTOGRAM, EXPONENTIAL_HISTOGRAM } = MetricType;
const { SUM, COUNT } = MetricFunction;

/** The same metrics are stored in both; the cap of the second one's tenant leaves most of their series without labels. */
const [WHOLE, CAPPED] = [
  { tenantId: 1, projectId: 1n },
  { tenantId: 51, projectId: 2n, maxSeries: 4 },
];

let bed: MetricsBed;
beforeAll(async () => {
  bed = await startMetricsBed();
});
afterAll(() => bed.close());

async function ingestBoth(...exports: MetricFields[][]): Promise<void> {
  for (const owner of [WHOLE, CAPPED]) for (const metrics of exports) await bed.ingest(metrics, owner);
}

async function linesOf({ tenantId, projectId }: typeof WHOLE, asked: Asked) {
  const { lines } = await bed.metrics.queryMetric(requestOf(asked), await bed.as({ tenantId, projectId }));
  return lines;
}

/** What both answer. */
async function both(asked: Asked) {
  const answers = await Promise.all(
    [WHOLE, CAPPED].map(async (owner) => (await linesOf(owner, asked)).map(valuesOf)),
  );
  return { whole: answers[0], capped: answers[1] };
}

const hosts = Array.from({ length: 9 }, (_, index) => `h${index}`);
const ofHosts = <T extends object>(points: readonly T[]) =>
  hosts.flatMap((host) => points.map((point) => ({ ...point, labels: { host } })));

describe('sums over series that are over the cap are those of the series as they were sent', () => {
  const points = randomCounter();
  const deltas = points.map((point, index) => ({ ...point, value: BigInt(index % 7), began: point.at - 5 }));
  const exponentialPoints = hosts.map((host, index) => ({
    timeUnixNano: timeOf(30),
    startTimeUnixNano: timeOf(0),
    attributes: attributes({ host }),
    count: BigInt(index + 1),
    scale: 0,
    positive: positive(0, index + 1),
  }));
  const measured = [30, 90, 150].map((at, index) => ({
    at,
    counts: [index, 2 * index, 1],
    began: 0,
    sum: index,
  }));
  const measuredAnew = measured.map((each) => ({ ...each, began: each.at - 60 }));

  it.each<[string, Asked, MetricFields]>([
    ['counters, resets and restarts included', { name: 'calls' }, counter('calls', ofHosts(points))],
    ['deltas at the same instants', { name: 'deltas' }, counter('deltas', ofHosts(deltas), DELTA)],
    ['gauges', { name: 'level', type: GAUGE }, gauge('level', ofHosts(points))],
  ])('%s', async (_name, asked, metric) => {
    await ingestBoth([metric]);
    for (const step of [60, 600]) {
      const { whole, capped } = await both({ ...asked, step, fn: SUM });
      expect(whole?.[0]?.length).toBeGreaterThan(3);
      expect(capped).toEqual(whole);
    }
  });

  it.each<[string, MetricType, MetricFields]>([
    ['histograms', HISTOGRAM, histogram('time', ofHosts(measured))],
    ['histograms of deltas', HISTOGRAM, histogram('time.delta', ofHosts(measuredAnew), DELTA)],
    ['exponential histograms', EXPONENTIAL_HISTOGRAM, exponential('size', exponentialPoints)],
  ])('%s', async (_name, type, metric) => {
    await ingestBoth([metric]);
    const { whole, capped } = await both({ name: metric.name ?? '', type, step: 60, fn: COUNT });
    expect(whole?.[0]?.length).toBeGreaterThan(0);
    expect(capped).toEqual(whole);
  });
});

describe('a group over the cap', () => {
  it('stands beside those with labels, under the label that SDKs use', async () => {
    const owner = { tenantId: 52, projectId: 3n, maxSeries: 4 };
    const points = ofHosts([
      { at: -30, value: 0n },
      { at: 30, value: 5n },
    ]);
    await bed.ingest([counter('grouped', points)], owner);
    const asked = { name: 'grouped', step: 600, fn: SUM };
    const byHost = await linesOf(owner, { ...asked, keys: ['host'] });
    expect(
      byHost.map(({ labels, ...line }) => [labels.host, valuesOf(line as (typeof byHost)[0])[0]?.[1]]),
    ).toEqual([['', '25'], ...['h0', 'h1', 'h2', 'h3'].map((host) => [host, '5'])]);
    const [marked] = await linesOf(owner, { ...asked, filters: ['otel.metric.overflow = true'] });
    expect(valuesOf(marked)).toEqual([[0, '25']]);
  });
});
