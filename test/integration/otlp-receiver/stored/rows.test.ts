import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ExportTraceServiceRequest } from '../../../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import { migrate } from '../../../../lib/store/migrate.js';
import { checkTables } from '../../../../services/otlp-receiver/pipeline/table-check.js';
import { testServiceContext } from '../../../_util/service-context.js';
import { encodeRequest, exportOverHttp, makeRequest, makeSpan, nowUnixNano, TEST_TOKEN } from '../clients.js';
import { admission, startTestStack, type TestStack } from '../harness.js';

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack?.close());
beforeEach(() => {
  stack.gatekeeper.answerWith(() => admission());
});

/** Sends protobuf and expects full success. */
async function store(request: ExportTraceServiceRequest, token = TEST_TOKEN): Promise<void> {
  const headers = { 'private-token': token };
  const answer = await exportOverHttp(stack.receiver, { headers, body: encodeRequest(request) });
  expect(answer.status).toBe(200);
  expect(answer.bytes).toHaveLength(0);
}

it('stores the same rows from JSON as from protobuf', async () => {
  const ids = [randomBytes(16), randomBytes(16)] as const;
  const start = nowUnixNano();
  const text = (traceId: Buffer) => ({
    traceId: traceId.toString('hex').toUpperCase(),
    spanId: '00AA11bb22CC33dd',
    name: 'json',
    kind: 5,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + 7n),
    attributes: [
      { key: 'big', value: { intValue: '-9223372036854775808' } },
      { key: 'bytes', value: { bytesValue: 'AP8B' } },
      { key: 'inf', value: { doubleValue: '-Infinity' } },
    ],
    links: [{ traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) }],
    status: { code: 1 },
    unknown_to_us: { a: [1, 2.5e300, null] },
    trace_state: 'snake case is an unknown name',
  });
  const fromJson = { resourceSpans: [{ scopeSpans: [{ spans: [text(ids[0])] }] }] };
  const response = await exportOverHttp(stack.receiver, {
    headers: { 'content-type': 'application/json' },
    // Bare numbers beyond 2^53 must keep their digits.
    body: JSON.stringify(fromJson).replaceAll(/"(\d{19})"/g, '$1'),
  });
  expect(response.status).toBe(200);
  expect(response.text()).toBe('{}');
  const span = makeSpan({
    traceId: ids[1],
    spanId: Buffer.from('00aa11bb22cc33dd', 'hex'),
    name: 'json',
    kind: 5,
    startTimeUnixNano: start,
    endTimeUnixNano: start + 7n,
    attributes: [
      { key: 'big', value: { intValue: -(2n ** 63n) } },
      { key: 'bytes', value: { bytesValue: Buffer.from([0, 255, 1]) } },
      { key: 'inf', value: { doubleValue: Number.NEGATIVE_INFINITY } },
    ],
    links: [{ traceId: Buffer.alloc(16, 0xab), spanId: Buffer.alloc(8, 0xcd) }],
    status: { code: 1 },
  });
  await store(
    ExportTraceServiceRequest.fromPartial({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }),
  );
  const columns =
    '* EXCEPT (TraceId, SpanId, `Links.TraceId`, `Links.SpanId`, ParentSpanId), hex(SpanId) AS s, toString(AttrsNum) AS n, arrayMap(x -> hex(x), `Links.TraceId`) AS lt, toUnixTimestamp64Nano(Timestamp) AS ts';
  const [json, protobuf] = [await stack.rowsOf(ids[0], columns), await stack.rowsOf(ids[1], columns)];
  expect(json).toHaveLength(1);
  expect(json).toEqual(protobuf);
  expect(json[0]).toMatchObject({
    s: '00AA11BB22CC33DD',
    ts: String(start),
    TraceState: '',
    ServiceName: 'unknown_service',
    Attrs: { big: '-9223372036854775808', bytes: 'AP8B', inf: '-Infinity' },
    n: "{'big':-9223372036854776000,'inf':-inf}",
  });
});

it('gives equal resources equal hashes and different ones different', async () => {
  const traceId = randomBytes(16);
  const pair = (key: string, value: string) => ({ key, value: { stringValue: value } });
  const resources = [
    [pair('service.name', 'a'), pair('host', 'h')],
    [pair('host', 'h'), pair('service.name', 'a')],
    [pair('host', 'ha'), pair('service.name', 'a')],
  ];
  const resourceSpans = resources.map((attributes, index) => ({
    resource: { attributes },
    scopeSpans: [{ spans: [makeSpan({ traceId, startTimeUnixNano: nowUnixNano() + BigInt(index) })] }],
  }));
  await store(ExportTraceServiceRequest.fromPartial({ resourceSpans }));
  const hashes = (await stack.rowsOf(traceId, 'ResourceHash')).map(({ ResourceHash }) => ResourceHash);
  expect(hashes).toHaveLength(3);
  expect(new Set(hashes).size).toBe(2);
  expect(hashes[0]).toBe(hashes[1]);
});

it('writes a request that spans more days than one insert may', async () => {
  stack.gatekeeper.answerWith(() => admission({ retentionDays: 400 }));
  const traceId = randomBytes(16);
  const dayNanos = 86_400n * 1_000_000_000n;
  const spans = Array.from({ length: 200 }, (_, day) => {
    const startTimeUnixNano = nowUnixNano() - BigInt(day) * dayNanos;
    return makeSpan({ traceId, startTimeUnixNano, endTimeUnixNano: startTimeUnixNano });
  });
  await store(makeRequest(spans), 'long-retention');
  expect(await stack.rowsOf(traceId, 'SpanName')).toHaveLength(200);
});

it('names every column that is not as it must be', async () => {
  const command = (sql: string) => stack.store.command({ name: 'test', sql });
  await migrate({
    store: stack.store,
    schema: 'cell',
    database: 'bent',
    logger: testServiceContext().logger,
  });
  await expect(checkTables(stack.store, 'bent')).resolves.toBeUndefined();
  await command('ALTER TABLE bent.spans DROP COLUMN TraceState, MODIFY COLUMN Flags UInt64');
  await command('ALTER TABLE bent.metric_sum MODIFY COLUMN ValueInt Float64');
  await command('DROP TABLE bent.attr_catalog');
  await expect(checkTables(stack.store, 'bent')).rejects.toThrow(
    'Database bent is not as it must be: spans.TraceState is missing; spans.Flags is UInt64, not UInt32; metric_sum.ValueInt is Float64, not Int64; table attr_catalog does not exist yet.',
  );
});
