import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TraceSort, type TraceSummary } from '../../../gen/es/gob/query/v1/query_pb.js';
import {
  NANO_PER_SECOND,
  type QueryBed,
  spanIdOf,
  startQueryBed,
  type TestSpan,
  toHex,
  traceIdOf,
} from './fixture.js';
import { type Asked, expectedListing, HOUR, NOON, randomSpans, request, toExpected } from './model.js';

const SORTS = [
  TraceSort.TIMESTAMP_DESC,
  TraceSort.TIMESTAMP_ASC,
  TraceSort.DURATION_DESC,
  TraceSort.DURATION_ASC,
] as const;

let bed: QueryBed;
beforeAll(async () => {
  bed = await startQueryBed();
});
afterAll(() => bed.close());

/** Every page up to the empty one, and `between` after each. */
async function listAll(
  asked: Asked & { readonly expression?: string },
  pageSize: number,
  between: (page: number) => Promise<void> = async () => {},
) {
  const traces: TraceSummary[] = [];
  const options = await bed.as({ projectId: asked.projectId ?? 1n });
  const { expression } = asked;
  const { selection, ...rest } = request(asked);
  const question = { ...rest, selection: expression === undefined ? selection : { expression } };
  for (let pageToken = '', page = 0; ; page++) {
    const answer = await bed.client.listTraces({ ...question, pageSize, pageToken }, options);
    if (answer.traces.length === 0) {
      expect(answer.nextPageToken).toBe('');
      return traces;
    }
    expect(answer.nextPageToken).not.toBe('');
    expect(answer.traces.length).toBeLessThanOrEqual(pageSize);
    traces.push(...answer.traces);
    pageToken = answer.nextPageToken;
    await between(page);
  }
}

const idsOf = (traces: readonly TraceSummary[]) => traces.map((trace) => toHex(trace.traceId));

describe('trace list', () => {
  const projectId = 77n;
  const spans = randomSpans(160, projectId);
  beforeAll(async () => {
    // In two blocks, so that traces are put together from several rows.
    await bed.insert(spans.filter((_, index) => index % 3 === 0));
    await bed.insert(spans.filter((_, index) => index % 3 !== 0));
  });

  const ranges = {
    'two days': [NOON - 20n * HOUR, NOON + 30n * HOUR],
    'part of an hour': [NOON + HOUR / 4n, NOON + HOUR / 2n + NANO_PER_SECOND],
    'one instant': [NOON, NOON],
  } as const;
  const filters = {
    none: {},
    service: { serviceNames: ['pay'] },
    'service with quotes': { serviceNames: ["o'brien \\ söhne"] },
    'operations, one of them empty': { operations: ['charge', ''] },
    both: { serviceNames: ['api', 'cart'], operations: ['GET /'] },
    unknown: { serviceNames: ["x' OR 1=1 --"] },
  };
  for (const sort of SORTS) {
    for (const [filterName, filter] of Object.entries(filters)) {
      it(`is exact: ${TraceSort[sort]}, filter ${filterName}`, async () => {
        for (const [start, end] of Object.values(ranges)) {
          const asked = { sort, start, end, projectId, ...filter };
          const listed = await listAll(asked, 60);
          expect(listed.map(toExpected)).toEqual(expectedListing(spans, asked));
        }
      });
    }
  }

  it('gives the same listing whatever the page size', async () => {
    const [start, end] = ranges['part of an hour'];
    for (const sort of SORTS) {
      const asked = { sort, start, end, projectId };
      const inOne = idsOf(await listAll(asked, 500));
      expect(inOne.length).toBeGreaterThan(2);
      expect(idsOf(await listAll(asked, 1))).toEqual(inOne);
    }
  });

  it('cuts the page size to 500 and takes 0 as 50', async () => {
    const options = await bed.as({ projectId });
    const [start, end] = ranges['two days'];
    const ask = (pageSize: number) =>
      bed.client.listTraces({ ...request({ sort: 0, start, end }), pageSize }, options);
    expect((await ask(0)).traces).toHaveLength(50);
    expect((await ask(4_000_000_000)).traces.length).toBeGreaterThan(50);
  });
});

describe('a filter that the newest hour hardly satisfies', () => {
  const projectId = 80n;
  const newest = NOON + 20n * HOUR;
  const span = (number: number, startUnixNano: bigint, service: string): TestSpan => ({
    projectId,
    traceId: traceIdOf(number),
    spanId: spanIdOf(number),
    startUnixNano,
    durationNano: 1_000_000n,
    service,
    columns: { Attrs: `map('order.id', 'order-of-${service}-1')` },
  });
  /** One trace in the newest hour, and others spread over the ten hours before. */
  const spread = (first: number, count: number, service: string) =>
    Array.from({ length: count }, (_, index) =>
      span(first + index, index === 0 ? newest : newest - HOUR - BigInt(index % 37) * (HOUR / 4n), service),
    );
  const spans = [...spread(0, 12, 'rare'), ...spread(100, 620, 'common')];
  const late = [span(90, newest - 30n * HOUR, 'batch'), span(91, newest - 2n * HOUR, 'rare')];
  const all = [...spans, ...late.map((one) => ({ ...one, traceId: traceIdOf(90) }))];
  beforeAll(() => bed.insert(all));

  it.each([
    ['rare', 13, 5],
    ['rare', 13, 100],
    ['common', 620, 200],
  ])('is answered exactly: %s, of %i traces, %i a page', async (service, count, pageSize) => {
    for (const sort of [TraceSort.TIMESTAMP_DESC, TraceSort.TIMESTAMP_ASC]) {
      const range = { start: newest - 40n * HOUR, end: newest + HOUR / 2n };
      const asked = { sort, projectId, serviceNames: [service], ...range };
      const expected = expectedListing(all, asked);
      expect(expected).toHaveLength(count);
      expect((await listAll(asked, pageSize)).map(toExpected)).toEqual(expected);
      // What names an id is looked for in a day at once.
      const expression = `span.order.id = order-of-${service}-1`;
      const byId = await listAll({ ...asked, expression }, pageSize);
      expect(byId.map(toExpected)).toEqual(expected);
    }
  });
});

describe('paging while data arrives', () => {
  it('shows every trace that was there, once, in order', async () => {
    const projectId = 78n;
    const trace = (number: number, startUnixNano: bigint): TestSpan => ({
      projectId,
      traceId: traceIdOf(number),
      spanId: spanIdOf(number),
      startUnixNano,
      durationNano: BigInt(number % 5) * NANO_PER_SECOND,
    });
    const base = BigInt(Date.now()) * 1_000_000n - HOUR;
    const known = Array.from({ length: 60 }, (_, index) =>
      trace(index, base + BigInt(index % 20) * NANO_PER_SECOND),
    );
    await bed.insert(known);
    let next = 1000;
    for (const sort of SORTS) {
      // The range moves on between pages, as "the last two hours" does.
      let shift = 0n;
      const asked = () => ({
        sort,
        start: base - HOUR + shift,
        end: base + HOUR + shift,
        projectId,
      });
      const listed = await listWhileShifting(asked, async () => {
        shift += NANO_PER_SECOND;
        await bed.insert([
          trace(next++, base),
          trace(next++, base + 19n * NANO_PER_SECOND),
          trace(next++, base + 60n * NANO_PER_SECOND),
        ]);
      });
      const ids = idsOf(listed);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).toEqual(expect.arrayContaining(known.map((span) => span.traceId)));
      const keys = listed.map((item) =>
        sort >= TraceSort.DURATION_DESC ? item.durationNano : item.startUnixNano,
      );
      const isDescending = sort === TraceSort.TIMESTAMP_DESC || sort === TraceSort.DURATION_DESC;
      expect(keys).toEqual([...keys].sort((a, b) => (a === b ? 0 : a < b === isDescending ? 1 : -1)));
    }
  });

  async function listWhileShifting(asked: () => Asked, between: () => Promise<void>) {
    const traces: TraceSummary[] = [];
    for (let pageToken = '', page = 0; page < 200; page++) {
      const options = await bed.as({ projectId: asked().projectId ?? 1n });
      const answer = await bed.client.listTraces({ ...request(asked()), pageSize: 7, pageToken }, options);
      if (answer.traces.length === 0) return traces;
      traces.push(...answer.traces);
      pageToken = answer.nextPageToken;
      if (page < 8) await between();
    }
    throw new Error('the listing does not end');
  }

  it('shows a trace as in progress until its root has arrived', async () => {
    const projectId = 79n;
    const start = BigInt(Date.now()) * 1_000_000n - HOUR / 2n;
    const child: TestSpan = {
      projectId,
      traceId: traceIdOf(1),
      spanId: spanIdOf(2),
      parentSpanId: spanIdOf(1),
      startUnixNano: start + NANO_PER_SECOND,
      service: 'pay',
      name: 'charge',
    };
    const asked = { sort: TraceSort.TIMESTAMP_DESC, start: start - HOUR, end: start + HOUR, projectId };
    await bed.insert([child]);
    const [before] = await listAll(asked, 10);
    expect(before).toMatchObject({
      inProgress: true,
      serviceName: 'pay',
      operation: 'charge',
      totalSpans: 1n,
    });
    const root: TestSpan = {
      ...child,
      spanId: spanIdOf(1),
      parentSpanId: '0000000000000000',
      startUnixNano: start,
      durationNano: 3n * NANO_PER_SECOND,
      service: 'shop',
      name: 'POST /order',
      status: 'Error',
    };
    await bed.insert([root]);
    const [after] = await listAll(asked, 10);
    expect(after).toMatchObject({
      inProgress: false,
      serviceName: 'shop',
      operation: 'POST /order',
      totalSpans: 2n,
      errorSpanCount: 1n,
      status: 2,
      startUnixNano: start,
      durationNano: 3n * NANO_PER_SECOND,
    });
  });
});
