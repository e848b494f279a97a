import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FieldScope } from '../../../gen/es/gob/query/v1/filter_pb.js';
import { AttributeSignal, type DurationQuantiles } from '../../../gen/es/gob/query/v1/query_pb.js';
import {
  DATABASE,
  errorOf,
  NANO_PER_SECOND,
  type QueryBed,
  spanIdOf,
  startQueryBed,
  type TestSpan,
  traceIdOf,
} from './fixture.js';

const MINUTE = 60n * NANO_PER_SECOND;
/** A whole minute an hour and a half ago. */
const START = ((BigInt(Date.now()) * 1_000_000n) / MINUTE) * MINUTE - 90n * MINUTE;

let bed: QueryBed;
beforeAll(async () => {
  bed = await startQueryBed();
});
afterAll(() => bed.close());

describe('analytics', () => {
  const projectId = 80n;
  /** Two an every minute but each fifth, of two services; durations grow from 1 ms to 90 ms. */
  const spans = Array.from({ length: 90 }, (_, minute): TestSpan[] =>
    minute % 5 === 0
      ? []
      : [0, 1].map((which) => ({
          projectId,
          traceId: traceIdOf(minute * 2 + which),
          spanId: spanIdOf(minute * 2 + which),
          startUnixNano: START + BigInt(minute) * MINUTE + BigInt(which) * NANO_PER_SECOND,
          durationNano: BigInt(minute + 1) * 1_000_000n,
          service: which === 0 ? 'shop' : 'pay',
          status: minute % 7 === 0 ? 'Error' : 'Ok',
        })),
  ).flat();
  beforeAll(() => bed.insert(spans));

  const hour = { startUnixNano: START, endUnixNano: START + 60n * MINUTE - 1n };
  const ask = async (range: typeof hour, expression = '') =>
    bed.client.getTraceAnalytics({ range, selection: { expression } }, await bed.as({ projectId }));

  it.each([
    ['', () => true],
    ['service = pay', (span: TestSpan) => span.service === 'pay'],
    ['status = error', (span: TestSpan) => span.status === 'Error'],
    ['service = none', () => false],
  ] as const)(
    'count the spans that match "%s", minute by minute, without gaps',
    async (expression, isMatch) => {
      const { buckets, intervalSeconds } = await ask(hour, expression);
      expect(intervalSeconds).toBe(60);
      const expected = Array.from({ length: 60 }, (_, minute) => {
        const start = START + BigInt(minute) * MINUTE;
        const own = spans.filter(
          (span) => isMatch(span) && span.startUnixNano >= start && span.startUnixNano < start + MINUTE,
        );
        return {
          at: start / NANO_PER_SECOND,
          count: BigInt(own.length),
          errors: BigInt(own.filter((span) => span.status === 'Error').length),
        };
      });
      const found = buckets.map((bucket) => ({
        at: bucket.startUnixSeconds,
        count: bucket.count,
        errors: bucket.errorCount,
      }));
      expect(found).toEqual(expected);
      for (const bucket of buckets) expect(bucket.durations === undefined).toBe(bucket.count === 0n);
    },
  );

  it('are the same from minutes as from spans, and add up to what the list says', async () => {
    const fromMinutes = await ask(hour, 'service = pay');
    const fromSpans = await ask(hour, 'service = pay AND duration >= 0');
    expect(fromMinutes).toEqual(fromSpans);
    const total = fromMinutes.buckets.reduce((sum, bucket) => sum + bucket.count, 0n);
    const { traces } = await bed.client.listTraces(
      { range: hour, pageSize: 500, selection: { expression: 'service = pay' } },
      await bed.as({ projectId }),
    );
    expect(total).toBe(traces.reduce((sum, trace) => sum + trace.matchedSpanCount, 0n));
  });

  it('tell quantiles less than a slot off', async () => {
    const day = { startUnixNano: START - 1_300n * MINUTE, endUnixNano: START + 100n * MINUTE };
    const { buckets, intervalSeconds } = await ask(day);
    expect(intervalSeconds).toBe(900);
    for (const bucket of buckets.filter((one) => one.count > 0n)) {
      const from = bucket.startUnixSeconds * NANO_PER_SECOND;
      const durations = spans
        .filter((span) => span.startUnixNano >= from && span.startUnixNano < from + 15n * MINUTE)
        .map((span) => Number(span.durationNano))
        .sort((a, b) => a - b);
      expect(bucket.durations).toBeDefined();
      for (const [quantile, value] of quantilesOf(bucket.durations)) {
        const exact = durations[Math.ceil(quantile * durations.length) - 1] ?? 0;
        expect(Math.abs(Math.log2(value / exact))).toBeLessThan(0.25);
      }
    }
  });

  it('widen their intervals with the range, and end where nothing can be stored', async () => {
    const now = BigInt(Date.now()) * 1_000_000n;
    const widths: number[] = [];
    for (const hours of [1n, 2n, 12n, 24n, 168n, 720n, 1_000n]) {
      const { intervalSeconds, buckets } = await ask({
        startUnixNano: now - hours * 60n * MINUTE,
        endUnixNano: now,
      });
      widths.push(intervalSeconds);
      expect(buckets.length).toBeLessThan(200);
    }
    expect(widths).toEqual([60, 60, 300, 900, 3600, 14400, 86400]);
    expect((await ask({ startUnixNano: 0n, endUnixNano: 1n })).buckets).toEqual([]);
  });
});

function quantilesOf(durations: DurationQuantiles | undefined): [number, number][] {
  return [
    [0.5, Number(durations?.p50Nano)],
    [0.75, Number(durations?.p75Nano)],
    [0.9, Number(durations?.p90Nano)],
    [0.95, Number(durations?.p95Nano)],
    [0.99, Number(durations?.p99Nano)],
  ];
}

describe('service graph', () => {
  it('has an edge for every pair of services that call each other, and none inside a service', async () => {
    const projectId = 81n;
    const options = await bed.as({ projectId });
    const traces = Array.from({ length: 10 }, (_, number): TestSpan[] => {
      const span = (position: number, service: string, parent?: number): TestSpan => ({
        projectId,
        traceId: traceIdOf(number),
        // Ids of spans are unique in their trace only.
        spanId: spanIdOf(position),
        ...(parent !== undefined && { parentSpanId: spanIdOf(parent) }),
        startUnixNano: START + BigInt(number) * NANO_PER_SECOND + BigInt(position),
        durationNano: 8_000_000n,
        service,
        status: position === 3 && number < 4 ? 'Error' : 'Ok',
      });
      return [span(0, 'web'), span(1, 'shop', 0), span(2, 'shop', 1), span(3, 'pay', 2), span(4, 'pay', 77)];
    });
    await bed.insert(traces.flat());
    // A parent that is delivered again does not double its calls.
    await bed.insert(traces.flatMap(([root]) => (root ? [root] : [])));
    const range = { startUnixNano: START, endUnixNano: START + 60n * NANO_PER_SECOND };
    const graph = await bed.client.getServiceGraph({ range }, options);
    expect(graph.sampledOneIn).toBe(1);
    expect(graph.services.map(({ name, spans, errors }) => [name, spans, errors])).toEqual([
      ['pay', 20n, 4n],
      ['shop', 20n, 0n],
      ['web', 20n, 0n],
    ]);
    expect(graph.edges.map(({ caller, callee, calls, errors }) => [caller, callee, calls, errors])).toEqual([
      ['shop', 'pay', 10n, 4n],
      ['web', 'shop', 10n, 0n],
    ]);
    expect(Math.abs(Math.log2(Number(graph.edges[0]?.durations?.p50Nano) / 8e6))).toBeLessThan(0.25);
    const later = { startUnixNano: START + 1n, endUnixNano: START + NANO_PER_SECOND - 1n };
    const { edges } = await bed.client.getServiceGraph({ range: later }, options);
    expect(edges.map((edge) => [edge.caller, edge.callee, edge.calls])).toEqual([
      ['shop', 'pay', 1n],
      ['web', 'shop', 1n],
    ]);
  });
});

describe('attributes', () => {
  const projectId = 82n;
  beforeAll(() =>
    bed.sql(`INSERT INTO ${DATABASE}.attr_catalog (TenantId, ProjectId, Day, Signal, Source, Key, Value, Rows) VALUES
      (1, 82, today(), 'spans', 'attr', 'http.route', '/cart', 1), (1, 82, today() - 1, 'spans', 'attr', 'http.route', '/cart', 1),
      (1, 82, today(), 'spans', 'attr', 'http.route', '/pay', 9), (1, 82, today(), 'spans', 'resource', 'http.route', '/res', 1),
      (1, 82, today(), 'spans', 'scope', 'a/b c', 'ÄÖ', 1), (1, 82, today() - 60, 'spans', 'attr', 'old', 'x', 1),
      (1, 82, today(), 'logs', 'attr', 'log.key', 'y', 1), (2, 82, today(), 'spans', 'attr', 'secret', 'z', 1)`),
  );
  const keys = async (search = '', limit = 0, signal = AttributeSignal.SPANS) => {
    const answer = await bed.client.listAttributeKeys({ signal, search, limit }, await bed.as({ projectId }));
    return answer.keys.map(({ scope, key }) => `${FieldScope[scope]} ${key}`);
  };
  const values = async (scope: FieldScope, key: string, search = '') => {
    const request = { signal: AttributeSignal.SPANS, attribute: { scope, key }, search };
    return (await bed.client.listAttributeValues(request, await bed.as({ projectId }))).values;
  };

  it('have their keys and values told once, by scope, as far as they are kept', async () => {
    expect(await keys()).toEqual(['SCOPE a/b c', 'ITEM http.route', 'RESOURCE http.route']);
    expect(await keys('ROUTE')).toEqual(['ITEM http.route', 'RESOURCE http.route']);
    expect(await keys('', 1)).toEqual(['SCOPE a/b c']);
    expect(await keys('', 0, AttributeSignal.LOGS)).toEqual(['ITEM log.key']);
    expect(await values(FieldScope.ITEM, 'http.route')).toEqual(['/cart', '/pay']);
    expect(await values(FieldScope.ATTRIBUTE, 'http.route')).toEqual(['/cart', '/pay', '/res']);
    expect(await values(FieldScope.ITEM, 'http.route', 'CAR')).toEqual(['/cart']);
    expect(await values(FieldScope.SCOPE, 'a/b c', 'äö')).toEqual(['ÄÖ']);
    expect(await values(FieldScope.ITEM, 'secret')).toEqual([]);
  });

  it('are refused when it is not said which', async () => {
    const options = await bed.as({ projectId });
    const refused = {
      signal: () => bed.client.listAttributeKeys({}, options),
      'attribute.key': () => bed.client.listAttributeValues({ signal: AttributeSignal.SPANS }, options),
      'attribute.scope': () =>
        bed.client.listAttributeValues(
          { signal: AttributeSignal.SPANS, attribute: { scope: FieldScope.EVENT, key: 'k' } },
          options,
        ),
    };
    for (const [field, call] of Object.entries(refused))
      expect(await errorOf(call())).toMatchObject({ code: 'invalid_argument', field });
  });
});
