import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  anew,
  bytesOf,
  DATABASE,
  errorOf,
  NANO_PER_SECOND,
  type QueryBed,
  selectionOf,
  spanIdOf,
  startQueryBed,
  type TestSpan,
  toHex,
  traceIdOf,
} from './fixture.js';

const HOUR = 3600n * NANO_PER_SECOND;
const NOW = BigInt(Date.now()) * 1_000_000n;
const LAST_DAY = { startUnixNano: NOW - 24n * HOUR, endUnixNano: NOW };

let bed: QueryBed;
beforeAll(async () => {
  bed = await startQueryBed();
});
afterAll(() => bed.close());

describe('one trace', () => {
  const projectId = 10n;
  const trace = { projectId, traceId: traceIdOf(1), startUnixNano: NOW - HOUR };
  const late: TestSpan = {
    ...trace,
    spanId: spanIdOf(2),
    parentSpanId: spanIdOf(1),
    startUnixNano: NOW - HOUR + 123_456_789n,
    durationNano: 2n ** 60n + 1n,
    service: 'pay',
    name: 'charge',
    kind: 'Client',
    status: 'Error',
    columns: {
      StatusMessage: "'declined'",
      TraceState: "'a=b'",
      Flags: '257',
      Attrs: "map('http.route', '/pay', 'list', '[1,2]', 'n', '9007199254740993')",
      AttrsNum: "map('n', 9007199254740993)",
      ResourceAttrs: "map('service.name', 'pay')",
      ScopeAttrs: "map('k', 'v')",
      ScopeName: "'lib'",
      ScopeVersion: "'1.2'",
      'Events.Timestamp': `[fromUnixTimestamp64Nano(${NOW + 1n}, 'UTC'), fromUnixTimestamp64Nano(${NOW}, 'UTC')]`,
      'Events.Name': "['second', 'first']",
      'Events.Attrs': "[map('b', '2'), map('a', '1')]",
      'Links.TraceId': `[unhex('${traceIdOf(9)}')]`,
      'Links.SpanId': `[unhex('${spanIdOf(9)}')]`,
      'Links.TraceState': "['x=y']",
      'Links.Attrs': "[map('l', '3')]",
      DroppedAttrs: '1',
      DroppedEvents: '2',
      DroppedLinks: '3',
    },
  };
  beforeAll(async () => {
    await bed.insert([
      late,
      { ...trace, spanId: spanIdOf(1) },
      { ...trace, spanId: spanIdOf(3), startUnixNano: NOW - HOUR - 1n },
    ]);
    await bed.insert([
      // Delivered again.
      late,
      { ...trace, traceId: traceIdOf(2), spanId: spanIdOf(5), startUnixNano: NOW - 40n * 24n * HOUR },
    ]);
  });

  it('has every field of every span once, in order of start', async () => {
    const { traceId, spans } = await bed.client.getTrace(
      { traceId: bytesOf(trace.traceId) },
      await bed.as({ projectId }),
    );
    expect(toHex(traceId)).toBe(trace.traceId);
    const stored = `SELECT count() FROM ${DATABASE}.spans WHERE ProjectId = ${projectId} AND TraceId = unhex('${trace.traceId}')`;
    expect(await bed.sql(stored)).toBe('4');
    expect(spans.map((span) => toHex(span.spanId))).toEqual([spanIdOf(3), spanIdOf(1), spanIdOf(2)]);
    expect(spans[0]?.parentSpanId).toHaveLength(0);
    expect(spans[2]).toMatchObject({
      parentSpanId: bytesOf(spanIdOf(1)),
      traceState: 'a=b',
      flags: 257,
      serviceName: 'pay',
      operation: 'charge',
      kind: 3,
      startUnixNano: late.startUnixNano,
      durationNano: late.durationNano,
      status: 2,
      statusMessage: 'declined',
      scopeName: 'lib',
      scopeVersion: '1.2',
      attributes: { 'http.route': '/pay', list: '[1,2]', n: '9007199254740993' },
      numericAttributes: ['n'],
      resourceAttributes: { 'service.name': 'pay' },
      scopeAttributes: { k: 'v' },
      events: [
        { timeUnixNano: NOW, name: 'first', attributes: { a: '1' } },
        { timeUnixNano: NOW + 1n, name: 'second', attributes: { b: '2' } },
      ],
      links: [
        {
          traceId: bytesOf(traceIdOf(9)),
          spanId: bytesOf(spanIdOf(9)),
          traceState: 'x=y',
          attributes: { l: '3' },
        },
      ],
      droppedAttributes: 1,
      droppedEvents: 2,
      droppedLinks: 3,
    });
  });

  it('is not found when unknown or past the retention', async () => {
    const options = await bed.as({ projectId });
    for (const traceId of [traceIdOf(999), traceIdOf(2)])
      expect(await errorOf(bed.client.getTrace({ traceId: bytesOf(traceId) }, options))).toMatchObject({
        code: 'not_found',
      });
    const longer = await bed.as({ projectId, retentionDays: 60 });
    expect((await bed.client.getTrace({ traceId: bytesOf(traceIdOf(2)) }, longer)).spans).toHaveLength(1);
  });

  it('is refused with a reason when its id is malformed', async () => {
    const options = await bed.as({ projectId });
    for (const traceId of [new Uint8Array(), new Uint8Array(15).fill(1), new Uint8Array(16)])
      expect(await errorOf(bed.client.getTrace({ traceId }, options))).toMatchObject({
        code: 'invalid_argument',
        field: 'trace_id',
      });
  });

  it('comes in pages that are the whole trace, each with its summary', async () => {
    const options = await bed.as({ projectId });
    const ask = (pageSize: number, pageToken = '') =>
      bed.client.getTrace({ traceId: bytesOf(trace.traceId), pageSize, pageToken }, options);
    const whole = await ask(0);
    expect(whole.nextPageToken).toBe('');
    const first = await ask(2);
    const second = await ask(2, first.nextPageToken);
    expect(second.nextPageToken).toBe('');
    expect([...first.spans, ...second.spans]).toEqual(whole.spans);
    for (const { summary } of [first, second]) expect(summary).toEqual(whole.summary);
    expect(whole.summary).toMatchObject({
      totalSpans: 3n,
      errorSpanCount: 1n,
      inProgress: false,
      startUnixNano: NOW - HOUR - 1n,
      durationNano: late.startUnixNano + 2n ** 60n + 1n - (NOW - HOUR - 1n),
    });
    const small = await bed.start({ queryMaxTraceSpans: 1 });
    const answer = await small.client.getTrace({ traceId: bytesOf(trace.traceId), pageSize: 9 }, options);
    expect(answer.spans).toHaveLength(1);
    const stolen = [
      { traceId: bytesOf(traceIdOf(2)), options },
      { traceId: bytesOf(trace.traceId), options: await bed.as({ projectId, tenantId: 2 }) },
      { traceId: bytesOf(trace.traceId), options: await bed.as({ projectId: 11n }) },
    ];
    for (const other of stolen) {
      const call = bed.client.getTrace(
        { traceId: other.traceId, pageToken: first.nextPageToken },
        other.options,
      );
      expect(await errorOf(call)).toMatchObject({ code: 'invalid_argument', field: 'page_token' });
    }
  });
});

describe('a trace of more than 2,000 spans', () => {
  it('comes in windows of 2,000, each span once though some were delivered again', async () => {
    const projectId = 12n;
    const traceId = traceIdOf(12);
    const insert = (rows: number) =>
      bed.sql(`INSERT INTO gob_cell_default.spans (TenantId, ProjectId, Timestamp, TraceId, SpanId, ParentSpanId, ServiceName, SpanName)
        SELECT 1, ${projectId}, fromUnixTimestamp64Nano(${NOW - HOUR} + intDiv(number, 3), 'UTC'), unhex('${traceId}'),
          unhex(leftPad(hex(number + 1), 16, '0')), unhex(leftPad(hex(number), 16, '0')), 'shop', 'call'
        FROM numbers(${rows}) SETTINGS ${anew()}`);
    await insert(2_003);
    await insert(1_999);
    const options = await bed.as({ projectId });
    const first = await bed.client.getTrace({ traceId: bytesOf(traceId) }, options);
    const { nextPageToken: pageToken } = first;
    const second = await bed.client.getTrace({ traceId: bytesOf(traceId), pageToken }, options);
    expect([first.spans.length, second.spans.length, second.nextPageToken]).toEqual([2_000, 3, '']);
    const ids = [...first.spans, ...second.spans].map((span) => Number.parseInt(toHex(span.spanId), 16));
    expect(ids).toEqual(Array.from({ length: 2_003 }, (_, index) => index + 1));
    for (const { summary } of [first, second]) expect(summary?.totalSpans).toBe(2_003n);
  });
});

describe('names', () => {
  it('are sorted, without doubles, exact whatever they hold', async () => {
    const projectId = 20n;
    const odd = "a/b 'c' \\d {e:String} ü %2F ' OR 1=1 --";
    const span = { projectId, traceId: traceIdOf(1), startUnixNano: NOW - HOUR };
    await bed.insert([
      { ...span, spanId: spanIdOf(1), service: odd, name: 'z' },
      { ...span, spanId: spanIdOf(2), service: odd, name: 'a\t\n"' },
      { ...span, spanId: spanIdOf(3), service: 'b', name: 'other' },
      { ...span, spanId: spanIdOf(4), service: 'b', name: 'other' },
      { ...span, spanId: spanIdOf(5), service: 'old', name: 'x', startUnixNano: NOW - 50n * 24n * HOUR },
    ]);
    const options = await bed.as({ projectId });
    expect((await bed.client.listServices({}, options)).names).toEqual([odd, 'b']);
    const operations = async (serviceName: string) =>
      (await bed.client.listOperations({ serviceName }, options)).names;
    expect(await operations(odd)).toEqual(['a\t\n"', 'z']);
    expect(await operations('b')).toEqual(['other']);
    expect(await operations('unknown')).toEqual([]);
    const listed = await bed.client.listTraces(
      { range: LAST_DAY, selection: selectionOf({ serviceNames: [odd] }) },
      options,
    );
    expect(listed.traces).toHaveLength(1);
  });
});
