import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MetricFunction, MetricType } from '../../../../gen/es/gob/query/v1/metrics_pb.js';
import {
  type Asked,
  gauge,
  type MetricsBed,
  requestOf,
  startMetricsBed,
  timeOf,
  valuesOf,
} from './harness.js';

const OTHER_DATABASE = 'gob_cell_other';

let bed: MetricsBed;
beforeAll(async () => {
  bed = await startMetricsBed(['gob_cell_default', OTHER_DATABASE]);
});
afterAll(() => bed.close());

async function ask(asked: Asked, options: Awaited<ReturnType<MetricsBed['as']>>) {
  return (await bed.metrics.queryMetric(requestOf(asked), options)).lines;
}

describe('isolation', () => {
  const owners = [
    { tenantId: 5, projectId: 30n },
    { tenantId: 5, projectId: 31n },
    { tenantId: 6, projectId: 30n },
    { tenantId: 5, projectId: 30n, database: OTHER_DATABASE },
  ];
  const nameOf = (owner: (typeof owners)[number]) =>
    `${owner.tenantId}-${owner.projectId}-${owner.database ?? ''}`;
  const TRACE_ID = 'cd'.repeat(16);

  beforeAll(async () => {
    // Names, attributes and therefore ids of series are the same; values, descriptions and one attribute differ.
    // A span tells when the trace was; without one it would be looked for in the last day only.
    const span = { traceId: TRACE_ID, spanId: 'ab'.repeat(8), durationNano: 1n };
    await bed.insert(owners.map((owner) => ({ ...span, ...owner, startUnixNano: timeOf(0) })));
    for (const [index, owner] of owners.entries()) {
      const shared = { at: 10, value: BigInt(index + 1), labels: { host: 'h' }, traceIds: [TRACE_ID] };
      await bed.ingest([{ ...gauge('same', [shared]), description: nameOf(owner) }], owner);
      await bed.ingest([gauge('same', [{ at: 10, value: 100n, labels: { host: nameOf(owner) } }])], owner);
    }
  });

  for (const [index, owner] of owners.entries())
    it(`shows ${nameOf(owner)} its own only`, async () => {
      const options = await bed.as(owner);
      const type = MetricType.GAUGE;
      const lines = await ask({ name: 'same', step: 60, type }, options);
      expect(lines.map((line) => [line.labels.host, valuesOf(line)[0]?.[1]]).sort()).toEqual(
        [
          ['h', String(index + 1)],
          [nameOf(owner), '100'],
        ].sort(),
      );
      const filtered = await ask(
        { name: 'same', step: 60, type, filters: ['host =~ -'], fn: MetricFunction.COUNT },
        options,
      );
      expect(valuesOf(filtered[0])).toEqual([[0, '1']]);
      const { metrics } = await bed.metrics.listMetrics(
        { traceIds: [Buffer.from(TRACE_ID, 'hex')] },
        options,
      );
      expect(metrics.map(({ name, description }) => [name, description])).toEqual([['same', nameOf(owner)]]);
      const { metric } = await bed.metrics.getMetric({ name: 'same', type }, options);
      expect(metric?.description).toBe(nameOf(owner));
      const ofTrace = await bed.metrics.listTraceExemplars(
        { traceId: Buffer.from(TRACE_ID, 'hex') },
        options,
      );
      expect(ofTrace.exemplars.map(({ metricName, exemplar }) => [metricName, exemplar?.value])).toEqual([
        ['same', 1],
      ]);
      const selection = requestOf({ name: 'same', type }).selection;
      expect((await bed.metrics.listExemplars({ selection }, options)).exemplars).toHaveLength(1);
    });
});
