import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  errorOf,
  NANO_PER_SECOND,
  type QueryBed,
  spanIdOf,
  startQueryBed,
  type TestSpan,
  toHex,
  traceIdOf,
} from './fixture.js';

const START = BigInt(Date.now()) * 1_000_000n - 600n * NANO_PER_SECOND;
const RANGE = { startUnixNano: START - NANO_PER_SECOND, endUnixNano: START + NANO_PER_SECOND };

const NONE = {
  Attrs: 'map()',
  AttrsNum: 'map()',
  ResourceAttrs: 'map()',
  ScopeAttrs: 'map()',
  StatusMessage: "''",
  'Events.Timestamp': '[]',
  'Events.Name': '[]',
  'Events.Attrs': '[]',
  'Links.TraceId': '[]',
  'Links.SpanId': '[]',
  'Links.TraceState': '[]',
  'Links.Attrs': '[]',
};

/** Three traces of one span each. */
const cart: TestSpan = {
  traceId: traceIdOf(1),
  spanId: spanIdOf(1),
  startUnixNano: START,
  durationNano: 250_000_000n,
  service: 'shop',
  name: 'GET /cart',
  kind: 'Server',
  status: 'Ok',
  columns: {
    ...NONE,
    Attrs: "map('http.route', '/cart', 'http.response.status_code', '200', 'user.id', '31')",
    AttrsNum: "map('http.response.status_code', 200, 'user.id', 31)",
    ResourceAttrs: "map('deployment.environment.name', 'prod')",
    ScopeAttrs: "map('library.tier', 'core')",
  },
};
const charge: TestSpan = {
  traceId: traceIdOf(2),
  spanId: spanIdOf(2),
  parentSpanId: spanIdOf(9),
  startUnixNano: START + 1n,
  durationNano: 2n * NANO_PER_SECOND,
  service: 'pay',
  name: 'charge',
  kind: 'Client',
  status: 'Error',
  columns: {
    ...NONE,
    Attrs: "map('http.response.status_code', '503', 'user id', 'a b')",
    AttrsNum: "map('http.response.status_code', 503)",
    ResourceAttrs: "map('deployment.environment.name', 'staging')",
    StatusMessage: "'Card declined'",
    'Events.Timestamp': `[fromUnixTimestamp64Nano(${START}, 'UTC'), fromUnixTimestamp64Nano(${START}, 'UTC')]`,
    'Events.Name': "['retry', 'exception']",
    'Events.Attrs': "[map(), map('exception.type', 'TimeoutError')]",
  },
};
const pay: TestSpan = {
  traceId: traceIdOf(3),
  spanId: spanIdOf(3),
  startUnixNano: START + 2n,
  durationNano: 5_000_000n,
  service: 'pay',
  name: 'POST /pay',
  kind: 'Server',
  status: 'Unset',
  columns: {
    ...NONE,
    Attrs: "map('http.route', '/pay', 'k=', 'v')",
    ResourceAttrs: "map('http.route', '/cart', 'replicas', '3')",
    'Links.TraceId': `[unhex('${traceIdOf(1)}')]`,
    'Links.SpanId': `[unhex('${spanIdOf(1)}')]`,
    'Links.TraceState': "['']",
    'Links.Attrs': "[map('reason', 'retry')]",
  },
};

/** What each example of the documentation finds. */
const EXAMPLES: Readonly<Record<string, readonly TestSpan[]>> = {
  'service = shop': [cart],
  'service IN (shop, pay) AND status = error': [charge],
  'operation =~ "^GET "': [cart],
  'operation !~ "^GET "': [charge, pay],
  'duration >= 200ms duration < 1s': [cart],
  'status = error OR duration > 100ms': [cart, charge],
  'kind = server AND NOT status = error': [cart, pay],
  'NOT parent_span_id EXISTS': [cart, pay],
  'trace_id = 00000000-0000-0000-0000-000000001001': [cart],
  'span.http.response.status_code >= 500': [charge],
  'span.http.response.status_code = 200': [cart],
  'http.route = /cart': [cart, pay],
  'span."user id" = "a b"': [charge],
  'span.http.route EXISTS AND span.user.id != 31': [pay],
  'resource.deployment.environment.name IN (staging, test)': [charge],
  'resource.deployment.environment.name NOT IN (staging, test)': [cart, pay],
  'scope.library.tier = core': [cart],
  'event_name = exception AND event.exception.type = TimeoutError': [charge],
  'link.reason = retry': [pay],
  'link_trace_id = 00000000000000000000000000001001': [pay],
  declined: [charge],
  '"card declined" service = pay': [charge],
  '(service = shop OR service = pay) AND NOT (kind = client OR duration < 10ms)': [cart],
};

/** What the words of the documentation promise beside its examples. */
const FURTHER: Readonly<Record<string, readonly TestSpan[]>> = {
  '': [cart, charge, pay],
  'span.user.id = 31.0': [cart],
  'span.user.id > "3"': [cart],
  'span.user.id > 30 span.user.id <= 31': [cart],
  'span.user.id < 1000000 OR resource.replicas >= 3': [cart, pay],
  'NOT resource.replicas > 2': [cart, charge],
  'span.none = ""': [],
  'span.none != ""': [cart, charge, pay],
  'span."k=" = v': [pay],
  'span.k = "=v"': [],
  'span.user.id IN (7, 31) ': [cart],
  'span.http.route =~ "^/(cart|pay)$"': [cart, pay],
  'attribute.http.route !~ cart': [charge],
  'event.exception.type EXISTS': [charge],
  'event.exception.type != TimeoutError': [cart, pay],
  'event_name EXISTS': [charge],
  'link_span_id = 0000000000001001': [pay],
  'service > pay': [cart],
  STAGING: [charge],
  TimeoutError: [],
  retry: [charge],
  'duration = 5ms': [pay],
  'duration IN (5ms, 2s)': [charge, pay],
  'span_id = 0000000000001002': [charge],
};

let bed: QueryBed;
beforeAll(async () => {
  bed = await startQueryBed();
  await bed.insert([cart, charge, pay]);
});
afterAll(() => bed.close());

async function found(expression: string) {
  const answer = await bed.client.listTraces(
    { range: RANGE, sort: 2, selection: { expression } },
    await bed.as(),
  );
  return answer.traces.map((trace) => toHex(trace.traceId));
}

describe('filters', () => {
  it('of the documentation are all tried here', () => {
    const page = readFileSync('docs/filter-grammar.md', 'utf8');
    const [, examples = ''] = /\n## Examples\n(.*?)\n## /s.exec(page) ?? [];
    const filters = [...examples.matchAll(/^\| `(.+?)` \|/gm)].map((match) => match[1]);
    expect(filters).toEqual(Object.keys(EXAMPLES));
  });

  it.each(Object.entries({ ...EXAMPLES, ...FURTHER }))('%s', async (expression, spans) => {
    expect(await found(expression)).toEqual(spans.map((span) => span.traceId));
  });

  it('that ClickHouse cannot compile are refused with the reason', async () => {
    for (const pattern of ['(', '(?=a)', 'a{2000}']) {
      const error = await errorOf(found(`service =~ "${pattern}"`));
      expect(error).toMatchObject({ code: 'invalid_argument' });
      expect(error.message).toContain('RE2');
    }
  });
});
