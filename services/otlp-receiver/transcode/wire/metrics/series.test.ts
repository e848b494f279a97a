import { describe, expect, it } from 'vitest';
import { ExportMetricsServiceRequest } from '../../../../../gen/otlp/opentelemetry/proto/collector/metrics/v1/metrics_service.js';
import type { SeriesRow } from '../../metric-columns.js';
import { transcodeMetrics } from '../../reference/transcode-metrics.js';
import type { Sightings } from '../../sightings.js';
import type { Transcode } from '../../transcode.js';
import { MetricsTranscoder } from './transcode-metrics.js';

const NOW_UNIX_NANO = 1_795_000_000_123_456_789n;
const DAY_NANOS = 86_400n * 1_000_000_000n;
const DAY = Number(NOW_UNIX_NANO / DAY_NANOS);

type Request = Parameters<typeof ExportMetricsServiceRequest.fromPartial>[0];
const encode = (request: Request): Uint8Array =>
  ExportMetricsServiceRequest.encode(ExportMetricsServiceRequest.fromPartial(request)).finish();
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const point = (daysAgo: number, ...attributes: ReturnType<typeof text>[]) => ({
  timeUnixNano: NOW_UNIX_NANO - BigInt(daysAgo) * DAY_NANOS,
  asInt: 1n,
  attributes,
});
const gauge = (dataPoints: ReturnType<typeof point>[], name = 'm') => ({ name, gauge: { dataPoints } });
const withMetrics = (metrics: ReturnType<typeof gauge>[]) =>
  encode({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] });

/** What is reported when only the series of `known` days have their row. */
function report(transcode: Transcode, bytes: Uint8Array, knownDays: readonly number[] = []) {
  const rows: SeriesRow[] = [];
  const attributes: unknown[] = [];
  const sightings: Sightings = {
    attributes: (day, source, entries, items) => {
      if (entries.length > 0) attributes.push([day, source, entries, items]);
    },
    series(day, _id, row) {
      if (knownDays.includes(day)) return false;
      rows.push(row());
      return true;
    },
  };
  const limits = { retentionDays: 30 };
  const context = { tenantId: 1, projectId: 2n, nowUnixNano: NOW_UNIX_NANO, limits, sightings };
  const { accepted } = transcode(bytes, context);
  return { accepted, rows, attributes };
}

describe('series of a request', () => {
  const [a, b] = [[text('k', 'a')], [text('k', 'b')]];
  const bytes = withMetrics([gauge([point(0, ...a), point(1, ...a), point(0, ...b), point(0, ...a)])]);

  it('are reported once a day, with the number of their points', () => {
    const { rows, attributes } = report(new MetricsTranscoder().transcode, bytes);
    expect(rows.map(({ Day, Attrs }) => [Day, Attrs])).toEqual([
      [DAY, [['k', 'a']]],
      [DAY - 1, [['k', 'a']]],
      [DAY, [['k', 'b']]],
    ]);
    expect(attributes).toEqual([
      [DAY, 'attr', [['k', 'a']], 2],
      [DAY - 1, 'attr', [['k', 'a']], 1],
      [DAY, 'attr', [['k', 'b']], 1],
    ]);
  });

  it('are reported again by the next request, and have the ids of the reference', () => {
    const { transcode } = new MetricsTranscoder();
    const idsOf = (how: Transcode) => report(how, bytes).rows.map(({ SeriesId }) => SeriesId);
    const [first, second] = [idsOf(transcode), idsOf(transcode)];
    expect(second).toEqual(first);
    expect(new Set(first)).toEqual(new Set(idsOf(transcodeMetrics)));
  });

  it.each([
    ['one pass', new MetricsTranscoder().transcode],
    ['reference', transcodeMetrics],
  ])('have their attributes reported only when they are new: %s', (_name, transcode) => {
    const { rows, attributes } = report(transcode, bytes, [DAY]);
    expect(rows.map(({ Day }) => Day)).toEqual([DAY - 1]);
    expect(attributes).toEqual([[DAY - 1, 'attr', [['k', 'a']], 1]]);
  });

  it('may have their attributes anywhere in a point', () => {
    const time = Buffer.alloc(9, 0x19);
    time.writeBigUInt64LE(NOW_UNIX_NANO, 1);
    const attribute = (key: string) => Buffer.concat([Buffer.from([0x3a, 3, 0x0a, 1]), Buffer.from(key)]);
    const wrap = (tag: number, ...parts: Buffer[]) => {
      const inner = Buffer.concat(parts);
      return Buffer.concat([Buffer.from([tag, inner.length]), inner]);
    };
    const value = Buffer.alloc(9, 0x31);
    const points = [
      wrap(0x0a, attribute('b'), time, attribute('a'), value, attribute('c')),
      wrap(0x0a, time, value, attribute('a'), attribute('b'), attribute('c')),
    ];
    const metric = wrap(0x12, wrap(0x0a, Buffer.from('m')), wrap(0x2a, ...points));
    const request = wrap(0x0a, wrap(0x12, metric));
    const reports = [new MetricsTranscoder(unexpected).transcode, transcodeMetrics].map((transcode) =>
      report(transcode, request),
    );
    expect(reports[0]?.rows.map(({ Attrs }) => Attrs.map(([key]) => key))).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ]);
    expect(new Set(reports[0]?.rows.map(({ SeriesId }) => SeriesId))).toEqual(
      new Set(reports[1]?.rows.map(({ SeriesId }) => SeriesId)),
    );
  });
});

const unexpected: Transcode = () => {
  throw new Error('nothing here is unusual');
};

describe('a request takes time in proportion to its length', () => {
  it.each([
    ['one pass', new MetricsTranscoder(unexpected).transcode],
    ['reference', transcodeMetrics],
  ])('also when very many metrics share a long resource: %s', { timeout: 60_000 }, (_name, transcode) => {
    const metrics = Array.from({ length: 20_000 }, (_, index) => gauge([point(0)], `m${index}`));
    const resource = { attributes: [text('long', 'x'.repeat(2 ** 20))] };
    const scope = { name: 'y'.repeat(2 ** 20) };
    const bytes = encode({ resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics }] }] });
    const limits = { retentionDays: 30 };
    const context = { tenantId: 1, projectId: 2n, nowUnixNano: NOW_UNIX_NANO, limits };
    // Hashing the resource for every metric would take 40 GB through SHA-256.
    expect(transcode(bytes, context).accepted).toBe(20_000);
  });
});
