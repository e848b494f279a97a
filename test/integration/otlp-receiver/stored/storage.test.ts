import { randomBytes } from 'node:crypto';
import { createChannel, createClient, Metadata } from 'nice-grpc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TraceServiceDefinition } from '../../../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import { migrate } from '../../../../lib/store/migrate.js';
import { createStore, type Store } from '../../../../lib/store/store.js';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '../../../_util/embedded-clickhouse.js';
import { testServiceContext } from '../../../_util/service-context.js';
import { makeRequest, makeSpan, nowUnixNano, TEST_TOKEN } from '../clients.js';
import {
  DATABASE,
  eventually,
  PROJECT_ID,
  startTestGatekeeper,
  startTestReceiver,
  TENANT_ID,
  type TestGatekeeper,
  type TestReceiver,
} from '../harness.js';

let clickhouse: EmbeddedClickHouse;
let gatekeeper: TestGatekeeper;
let store: Store;
let receiver: TestReceiver;

beforeAll(async () => {
  const { logger, registry } = testServiceContext();
  [clickhouse, gatekeeper] = await Promise.all([startEmbeddedClickHouse(), startTestGatekeeper()]);
  store = createStore({ url: clickhouse.url, logger, registry, application: 'test' });
  receiver = await startTestReceiver({ clickhouseUrl: clickhouse.url, gatekeeperUrl: gatekeeper.url });
});

afterAll(async () => {
  await receiver?.close();
  await store?.close();
  await Promise.all([gatekeeper?.close(), clickhouse?.close()]);
});

function client() {
  return createClient(TraceServiceDefinition, createChannel(receiver.grpcUrl.replace('http://', '')));
}
const metadata = Metadata({ 'private-token': TEST_TOKEN });

async function rowsOf(traceId: Uint8Array, columns = '*'): Promise<Record<string, unknown>[]> {
  const sql = `SELECT ${columns} FROM ${DATABASE}.spans WHERE TraceId = unhex({id:String}) ORDER BY Timestamp, SpanId`;
  const { rows } = await store.query<Record<string, unknown>>(
    { name: 'test', sql },
    { id: Buffer.from(traceId).toString('hex') },
  );
  return [...rows];
}

describe('readiness', () => {
  it('waits for the tables of the default cell, then is ready', async () => {
    const { readiness, logger } = receiver.context;
    await eventually(() => /table spans does not exist yet/.test(readiness.blockers.clickhouse ?? ''));
    await migrate({ store, schema: 'cell', database: DATABASE, logger });
    await eventually(() => readiness.isReady);
    expect(readiness.blockers).toEqual({});
  });
});

describe('what is stored', () => {
  it('keeps every field of a span', async () => {
    const traceId = randomBytes(16);
    const start = nowUnixNano() - 123_456_789n;
    const span = makeSpan({
      traceId,
      spanId: Buffer.from('0102030405060708', 'hex'),
      parentSpanId: Buffer.from('a1a2a3a4a5a6a7a8', 'hex'),
      traceState: 'a=1,b=2',
      flags: 0x301,
      name: 'GET /cart/{id} ü',
      kind: 3,
      startTimeUnixNano: start,
      endTimeUnixNano: start + 987_654_321n,
      status: { code: 2, message: 'out of stock' },
      droppedAttributesCount: 1,
      droppedEventsCount: 2,
      droppedLinksCount: 3,
      attributes: [
        { key: 'z.text', value: { stringValue: 'first' } },
        { key: 'big', value: { intValue: 9_223_372_036_854_775_807n } },
        { key: 'ratio', value: { doubleValue: 0.25 } },
        { key: 'ok', value: { boolValue: true } },
        { key: 'raw', value: { bytesValue: Buffer.from([0, 255, 1]) } },
        { key: 'empty', value: {} },
        { key: 'z.text', value: { stringValue: 'last wins' } },
        {
          key: 'list',
          value: {
            arrayValue: {
              values: [{ intValue: 2n ** 53n + 1n }, { stringValue: 'a"b' }, {}, { doubleValue: Number.NaN }],
            },
          },
        },
        {
          key: 'map',
          value: {
            kvlistValue: {
              values: [
                { key: 'b', value: { boolValue: false } },
                { key: 'a', value: { bytesValue: Buffer.from('x') } },
              ],
            },
          },
        },
      ],
      events: [
        {
          timeUnixNano: start + 1n,
          name: 'exception',
          attributes: [{ key: 'exception.message', value: { stringValue: 'boom' } }],
        },
        { timeUnixNano: start + 2n, name: 'retry' },
      ],
      links: [
        {
          traceId: Buffer.alloc(16, 0xcd),
          spanId: Buffer.alloc(8, 0xef),
          traceState: 'x=y',
          attributes: [{ key: 'why', value: { stringValue: 'follows' } }],
        },
        {},
      ],
    });
    const request = makeRequest([span]);
    const [resourceSpans] = request.resourceSpans;
    if (!resourceSpans?.resource) throw new Error('no resource');
    resourceSpans.schemaUrl = 'https://example.test/resource';
    const [scopeSpans] = resourceSpans.scopeSpans;
    if (scopeSpans) scopeSpans.schemaUrl = 'https://example.test/scope';
    expect(await client().export(request, { metadata })).toEqual({ partialSuccess: undefined });

    const columns = `* EXCEPT (TraceId, SpanId, ParentSpanId, \`Links.TraceId\`, \`Links.SpanId\`, ResourceHash, Timestamp, \`Events.Timestamp\`), lower(hex(TraceId)) AS t,
      hex(SpanId) AS s, hex(ParentSpanId) AS p, arrayMap(x -> hex(x), \`Links.TraceId\`) AS lt, arrayMap(x -> hex(x), \`Links.SpanId\`) AS ls,
      toUnixTimestamp64Nano(Timestamp) AS ts, arrayMap(x -> toUnixTimestamp64Nano(x), \`Events.Timestamp\`) AS ets`;
    expect(await rowsOf(traceId, columns)).toEqual([
      {
        TenantId: TENANT_ID,
        ProjectId: String(PROJECT_ID),
        t: traceId.toString('hex'),
        s: '0102030405060708',
        p: 'A1A2A3A4A5A6A7A8',
        ts: String(start),
        TraceState: 'a=1,b=2',
        Flags: 0x301,
        ServiceName: 'shop',
        SpanName: 'GET /cart/{id} ü',
        SpanKind: 'Client',
        DurationNs: '987654321',
        StatusCode: 'Error',
        StatusMessage: 'out of stock',
        ResourceAttrs: { 'service.name': 'shop' },
        ResourceSchemaUrl: 'https://example.test/resource',
        ScopeName: 'test',
        ScopeVersion: '1',
        ScopeAttrs: {},
        ScopeSchemaUrl: 'https://example.test/scope',
        Attrs: {
          big: '9223372036854775807',
          empty: '',
          list: '[9007199254740993,"a\\"b",null,"NaN"]',
          map: '{"a":"eA==","b":false}',
          ok: 'true',
          ratio: '0.25',
          raw: 'AP8B',
          'z.text': 'last wins',
        },
        AttrsNum: { big: 2 ** 63, ratio: 0.25 },
        ets: [String(start + 1n), String(start + 2n)],
        'Events.Name': ['exception', 'retry'],
        'Events.Attrs': [{ 'exception.message': 'boom' }, {}],
        lt: ['CD'.repeat(16), '00'.repeat(16)],
        ls: ['EF'.repeat(8), '00'.repeat(8)],
        'Links.TraceState': ['x=y', ''],
        'Links.Attrs': [{ why: 'follows' }, {}],
        DroppedAttrs: 1,
        DroppedEvents: 2,
        DroppedLinks: 3,
      },
    ]);
  });
});
