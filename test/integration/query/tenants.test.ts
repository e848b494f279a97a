import { toJsonString } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FieldScope } from '../../../gen/es/gob/query/v1/filter_pb.js';
import {
  AttributeSignal,
  GetServiceGraphResponseSchema,
  GetTraceAnalyticsResponseSchema,
  GetTraceResponseSchema,
  ListAttributeKeysResponseSchema,
  ListAttributeValuesResponseSchema,
  ListOperationsResponseSchema,
  ListServicesResponseSchema,
  ListTracesResponseSchema,
} from '../../../gen/es/gob/query/v1/query_pb.js';
import {
  bytesOf,
  DATABASE,
  errorOf,
  NANO_PER_SECOND,
  type QueryBed,
  spanIdOf,
  startQueryBed,
  type TestSpan,
  traceIdOf,
} from './fixture.js';
import { randomSource } from './model.js';

const START = BigInt(Date.now()) * 1_000_000n - 1800n * NANO_PER_SECOND;
const RANGE = { startUnixNano: START - NANO_PER_SECOND, endUnixNano: START + 60n * NANO_PER_SECOND };

/** Equal in every id and name; only a mark in the data tells whose it is, and how many spans a trace has. */
const TENANTS = [
  { tenantId: 5, projectId: 30n, mark: 'MARKONE', spans: 2 },
  { tenantId: 6, projectId: 30n, mark: 'MARKTWO', spans: 3 },
  { tenantId: 5, projectId: 31n, mark: 'MARKSIX', spans: 4 },
];
const TRACES = 4;
/** Five rounds of every question are some sixty statements, each of which a busy machine may make wait. */
const EVERY_ANSWER_MS = 90_000;

function spansOf({ tenantId, projectId, mark, spans }: (typeof TENANTS)[number]): TestSpan[] {
  return Array.from({ length: TRACES * spans }, (_, index): TestSpan => {
    const [trace, position] = [Math.floor(index / spans), index % spans];
    return {
      tenantId,
      projectId,
      traceId: traceIdOf(trace),
      spanId: spanIdOf(position),
      ...(position > 0 && { parentSpanId: spanIdOf(position - 1) }),
      startUnixNano: START + BigInt(trace) * NANO_PER_SECOND + BigInt(position),
      service: ['web', 'shop', 'pay', 'bank'][position] ?? '',
      name: 'call',
      status: trace === 0 ? 'Error' : 'Ok',
      columns: { Attrs: `map('key', '${mark}', 'n', '${position}')`, StatusMessage: `'${mark}'` },
    };
  });
}

let bed: QueryBed;
beforeAll(async () => {
  bed = await startQueryBed();
  await bed.insert(TENANTS.flatMap(spansOf));
  const rows = TENANTS.map(
    ({ tenantId, projectId, mark }) =>
      `(${tenantId}, ${projectId}, today(), 'spans', 'attr', 'key', '${mark}', 1)`,
  );
  await bed.sql(
    `INSERT INTO ${DATABASE}.attr_catalog (TenantId, ProjectId, Day, Signal, Source, Key, Value, Rows) VALUES ${rows.join(', ')}`,
  );
});
afterAll(() => bed.close());

const CONDITIONS = [
  'service = web',
  'operation != call',
  'status = error',
  'key EXISTS',
  ...TENANTS.map(({ mark }) => `span.key = ${mark}`),
  ...TENANTS.map(({ mark }) => mark),
  'span.key =~ MARK',
  `trace_id = ${traceIdOf(1)}`,
  'NOT parent_span_id EXISTS',
].map((condition) => condition.replace(/^key EXISTS/, 'span.key EXISTS'));

/** Conditions put together at random, by a repeatable source. */
function randomFilter(random: (below: number) => number): string {
  const pick = () => `${random(3) === 0 ? 'NOT ' : ''}${CONDITIONS[random(CONDITIONS.length)]}`;
  return `(${pick()} ${random(2) === 0 ? 'AND' : 'OR'} ${pick()}) ${random(2) === 0 ? 'OR' : 'AND'} ${pick()}`;
}

/** Every answer that a question can have, as text. */
async function everyAnswer(bedOptions: Awaited<ReturnType<QueryBed['as']>>, expression: string) {
  const { client } = bed;
  const selection = { expression };
  const signal = AttributeSignal.SPANS;
  const attribute = { scope: FieldScope.ATTRIBUTE, key: 'key' };
  const [list, analytics, trace, graph, keys, values, services, operations] = await Promise.all([
    client.listTraces({ range: RANGE, selection, pageSize: 3 }, bedOptions),
    client.getTraceAnalytics({ range: RANGE, selection }, bedOptions),
    client.getTrace({ traceId: bytesOf(traceIdOf(1)) }, bedOptions),
    client.getServiceGraph({ range: RANGE }, bedOptions),
    client.listAttributeKeys({ signal }, bedOptions),
    client.listAttributeValues({ signal, attribute }, bedOptions),
    client.listServices({}, bedOptions),
    client.listOperations({ serviceName: 'web' }, bedOptions),
  ]);
  const texts = [
    toJsonString(ListTracesResponseSchema, list),
    toJsonString(GetTraceAnalyticsResponseSchema, analytics),
    toJsonString(GetTraceResponseSchema, trace),
    toJsonString(GetServiceGraphResponseSchema, graph),
    toJsonString(ListAttributeKeysResponseSchema, keys),
    toJsonString(ListAttributeValuesResponseSchema, values),
    toJsonString(ListServicesResponseSchema, services),
    toJsonString(ListOperationsResponseSchema, operations),
  ];
  return { list, analytics, trace, graph, values, services, text: texts.join('\n') };
}

describe('tenants with equal ids and names', () => {
  it.each(TENANTS)(
    'never see each other: $mark',
    async (tenant) => {
      const random = randomSource(tenant.tenantId);
      const options = await bed.as(tenant);
      const others = TENANTS.map(({ mark }) => mark).filter((mark) => mark !== tenant.mark);
      for (let round = 0; round < 5; round++) {
        const filter = randomFilter(random);
        const answer = await everyAnswer(options, filter);
        for (const other of others) expect(answer.text, filter).not.toContain(other);
        const total = BigInt(tenant.spans);
        for (const trace of answer.list.traces) expect(trace.totalSpans, filter).toBe(total);
        const matched = answer.analytics.buckets.reduce((sum, { count }) => sum + count, 0n);
        expect(matched, filter).toBeLessThanOrEqual(total * BigInt(TRACES));
        expect(answer.trace.spans).toHaveLength(tenant.spans);
        expect(answer.graph.edges.map((edge) => edge.calls)).toEqual(
          Array.from({ length: tenant.spans - 1 }, () => BigInt(TRACES)),
        );
        expect(answer.values.values).toEqual([tenant.mark]);
        expect(answer.services.names).toHaveLength(tenant.spans);
      }
    },
    EVERY_ANSWER_MS,
  );

  it.each(TENANTS)('count their own spans only: $mark', async (tenant) => {
    const options = await bed.as(tenant);
    for (const { mark } of TENANTS) {
      const asked = { range: RANGE, selection: { expression: `span.key = ${mark}` }, pageSize: 3 };
      const list = await bed.client.listTraces(asked, options);
      const analytics = await bed.client.getTraceAnalytics(asked, options);
      const isOwn = mark === tenant.mark;
      expect(list.traces.map((trace) => trace.matchedSpanCount)).toEqual(
        isOwn ? [tenant.spans, tenant.spans, tenant.spans].map(BigInt) : [],
      );
      const count = analytics.buckets.reduce((sum, bucket) => sum + bucket.count, 0n);
      expect(count).toBe(isOwn ? BigInt(tenant.spans * TRACES) : 0n);
    }
  });

  it('cannot go on with each other’s tokens', async () => {
    const [first, ...others] = TENANTS;
    const traceId = bytesOf(traceIdOf(1));
    const options = await bed.as(first);
    const { nextPageToken: listToken } = await bed.client.listTraces({ range: RANGE, pageSize: 1 }, options);
    const { nextPageToken: spanToken } = await bed.client.getTrace({ traceId, pageSize: 1 }, options);
    for (const other of others) {
      const stranger = await bed.as(other);
      const calls = [
        () => bed.client.listTraces({ range: RANGE, pageSize: 1, pageToken: listToken }, stranger),
        () => bed.client.getTrace({ traceId, pageSize: 1, pageToken: spanToken }, stranger),
      ];
      for (const call of calls)
        expect(await errorOf(call())).toMatchObject({ code: 'invalid_argument', field: 'page_token' });
    }
  });
});
