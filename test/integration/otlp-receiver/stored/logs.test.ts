import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Signal } from '../../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import {
  ExportLogsServiceRequest,
  ExportLogsServiceResponse,
} from '../../../../gen/otlp/opentelemetry/proto/collector/logs/v1/logs_service.js';
import { LogRecord } from '../../../../gen/otlp/opentelemetry/proto/logs/v1/logs.js';
import { nowUnixNano } from '../clients.js';
import { startTestStack, TENANT_ID, type TestStack } from '../harness.js';
import { newProject, otlpJson } from '../projects.js';

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack?.close());

type LogFields = Parameters<typeof LogRecord.fromPartial>[0];

const requestOf = (...records: LogFields[]): ExportLogsServiceRequest =>
  ExportLogsServiceRequest.fromPartial({
    resourceLogs: [
      {
        schemaUrl: 'https://example.test/resource',
        resource: {
          attributes: [
            { key: 'service.name', value: { stringValue: 'shop' } },
            { key: 'host', value: { stringValue: 'h1' } },
          ],
        },
        scopeLogs: [
          {
            schemaUrl: 'https://example.test/scope',
            scope: { name: 'logger', version: '2', attributes: [{ key: 's', value: { intValue: 1n } }] },
            logRecords: records.map((record) => LogRecord.fromPartial(record)),
          },
        ],
      },
    ],
  });
const encode = (request: ExportLogsServiceRequest) => ExportLogsServiceRequest.encode(request).finish();

const ALL_COLUMNS = `* EXCEPT (ProjectId, TraceId, SpanId, ResourceHash, Timestamp, ObservedTimestamp), lower(hex(TraceId)) AS t, lower(hex(SpanId)) AS s,
  toUnixTimestamp64Nano(Timestamp) AS ts, toUnixTimestamp64Nano(ObservedTimestamp) AS ots, ResourceHash != 0 AS hashed`;

function fullRecord(time: bigint): LogFields {
  return {
    timeUnixNano: time,
    observedTimeUnixNano: time + 1_234_567n,
    severityNumber: 18,
    severityText: 'Error2 ü',
    body: { stringValue: 'cart is empty\n𝄞' },
    eventName: 'cart.checked',
    traceId: Buffer.alloc(16, 0xab),
    spanId: Buffer.alloc(8, 0xcd),
    flags: 0x1_01,
    droppedAttributesCount: 4,
    attributes: [
      { key: 'z', value: { stringValue: 'first' } },
      { key: 'big', value: { intValue: 2n ** 63n - 1n } },
      { key: 'ratio', value: { doubleValue: Number.NEGATIVE_INFINITY } },
      { key: 'list', value: { arrayValue: { values: [{ boolValue: true }, {}] } } },
      { key: 'raw', value: { bytesValue: Buffer.from([0, 255]) } },
      { key: 'z', value: { stringValue: 'last' } },
    ],
  };
}

const fullRow = (time: bigint) => ({
  TenantId: TENANT_ID,
  t: 'ab'.repeat(16),
  s: 'cd'.repeat(8),
  ts: String(time),
  ots: String(time + 1_234_567n),
  TraceFlags: 1,
  SeverityNumber: 18,
  SeverityText: 'Error2 ü',
  ServiceName: 'shop',
  EventName: 'cart.checked',
  Body: 'cart is empty\n𝄞',
  BodyType: 'string',
  hashed: 1,
  ResourceAttrs: { host: 'h1', 'service.name': 'shop' },
  ResourceSchemaUrl: 'https://example.test/resource',
  ScopeName: 'logger',
  ScopeVersion: '2',
  ScopeAttrs: { s: '1' },
  ScopeSchemaUrl: 'https://example.test/scope',
  Attrs: { big: '9223372036854775807', list: '[true,null]', ratio: '-Infinity', raw: 'AP8=', z: 'last' },
  AttrsNum: { big: 2 ** 63, ratio: null },
  DroppedAttrs: 4,
});

describe('what is stored', () => {
  it('keeps every field of a record, the same over gRPC and HTTP, from protobuf and from JSON', async () => {
    const time = nowUnixNano() - 123_456_789n;
    const request = requestOf(fullRecord(time));
    const grpc = newProject(stack);
    expect(await grpc.logs.export(request, grpc.metadata)).toEqual({ partialSuccess: undefined });
    expect(await grpc.select(ALL_COLUMNS, 'logs')).toEqual([fullRow(time)]);

    for (const json of [false, true]) {
      const project = newProject(stack);
      const answer = await project.overHttp({
        path: '/v1/logs',
        headers: { 'content-type': json ? 'application/json' : 'application/x-protobuf' },
        body: json ? otlpJson(ExportLogsServiceRequest.toJSON(request)) : encode(request),
      });
      expect(answer.status).toBe(200);
      expect(answer.text()).toBe(json ? '{}' : '');
      expect(await project.select(ALL_COLUMNS, 'logs')).toEqual([fullRow(time)]);
    }
  });

  it('tells bodies of every kind apart', async () => {
    const time = nowUnixNano();
    const bodies: LogFields['body'][] = [
      undefined,
      {},
      { stringValue: '{"looks":"like JSON"}' },
      { boolValue: false },
      { intValue: -(2n ** 63n) },
      { doubleValue: Number.NaN },
      { bytesValue: Buffer.from([1, 2, 3, 250]) },
      { arrayValue: { values: [{ stringValue: 'a"b' }, { intValue: 2n ** 53n + 1n }] } },
      {
        kvlistValue: {
          values: [
            { key: 'b', value: { boolValue: true } },
            { key: 'a', value: {} },
          ],
        },
      },
    ];
    const project = newProject(stack);
    const records = bodies.map((body, index) => ({ timeUnixNano: time + BigInt(index), body }));
    await project.logs.export(requestOf(...records), project.metadata);
    const rows = await project.select('Body, BodyType', 'logs', 'ORDER BY Timestamp');
    expect(rows.map(({ Body, BodyType }) => [Body, BodyType])).toEqual([
      ['', 'string'],
      ['', 'string'],
      ['{"looks":"like JSON"}', 'string'],
      ['false', 'json'],
      ['-9223372036854775808', 'json'],
      ['"NaN"', 'json'],
      ['AQID+g==', 'bytes'],
      ['["a\\"b",9007199254740993]', 'json'],
      ['{"a":null,"b":true}', 'json'],
    ]);
  });

  it('takes the time of the observation, then that of arrival, where a record has none', async () => {
    const before = nowUnixNano();
    const project = newProject(stack);
    await project.logs.export(
      requestOf({ body: { stringValue: 'neither' } }, { observedTimeUnixNano: before - 5n, eventName: 'e' }),
      project.metadata,
    );
    const columns =
      'Body, toUnixTimestamp64Nano(Timestamp) AS t, toUnixTimestamp64Nano(ObservedTimestamp) AS o';
    const [observed, arrived] = await project.select(columns, 'logs', 'ORDER BY Timestamp');
    expect(observed).toMatchObject({ t: String(before - 5n), o: String(before - 5n) });
    expect(arrived).toMatchObject({ Body: 'neither', o: arrived?.t });
    expect(BigInt(String(arrived?.t)) / 1_000_000n).toBeGreaterThanOrEqual(before / 1_000_000n);
    expect(BigInt(String(arrived?.t))).toBeLessThanOrEqual(nowUnixNano());
  });

  it('takes absent and invalid ids for none, the severity from the text, and an unnamed service for an unknown one', async () => {
    const project = newProject(stack);
    const logRecords = [
      { timeUnixNano: nowUnixNano(), traceId: Buffer.alloc(16), severityText: 'WARN' },
      {
        timeUnixNano: nowUnixNano() + 1_000n,
        traceId: Buffer.alloc(3, 1),
        spanId: Buffer.alloc(9, 1),
        severityText: 'louder',
      },
    ].map((record) => LogRecord.fromPartial(record));
    await project.logs.export(
      ExportLogsServiceRequest.fromPartial({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }),
      project.metadata,
    );
    const columns = 'SeverityNumber, SeverityText, ServiceName, hex(TraceId) AS t, hex(SpanId) AS s';
    const shared = { ServiceName: 'unknown_service', t: '00'.repeat(16), s: '00'.repeat(8) };
    expect(await project.select(columns, 'logs', 'ORDER BY Timestamp')).toEqual([
      { ...shared, SeverityNumber: 13, SeverityText: 'WARN' },
      { ...shared, SeverityNumber: 0, SeverityText: 'louder' },
    ]);
  });
});

describe('the protocol', () => {
  const mixed = () =>
    requestOf(
      { timeUnixNano: nowUnixNano() },
      { timeUnixNano: nowUnixNano() + 10n ** 18n },
      { timeUnixNano: 1n },
    );
  const message =
    /^2 of 3 log records were refused \(time_out_of_range 2\)\. First: resource_logs\[0\]\.scope_logs\[0\]\.log_records\[1\]\.time_unix_nano is /;

  it('says how many records were refused, and why, over gRPC and HTTP', async () => {
    const project = newProject(stack);
    const { partialSuccess } = await project.logs.export(mixed(), project.metadata);
    expect(partialSuccess?.rejectedLogRecords).toBe(2n);
    expect(partialSuccess?.errorMessage).toMatch(message);
    const protobuf = await project.overHttp({ path: '/v1/logs', body: encode(mixed()) });
    expect(ExportLogsServiceResponse.decode(protobuf.bytes).partialSuccess?.rejectedLogRecords).toBe(2n);
    const json = await project.overHttp({
      path: '/v1/logs',
      headers: { 'content-type': 'application/json' },
      body: otlpJson(ExportLogsServiceRequest.toJSON(mixed())),
    });
    expect(JSON.parse(json.text())).toEqual({
      partialSuccess: { rejectedLogRecords: '2', errorMessage: expect.stringMatching(message) },
    });
    expect(await project.select('count() AS n', 'logs')).toEqual([{ n: '3' }]);
  });

  it('has every path form, asks for admission as logs, and counts them in the ledger', async () => {
    const paths = ['/v1/logs', '/observability/v1/logs', `/v3/${TENANT_ID}/7/ingest/logs`];
    for (const path of paths) {
      const project = newProject(stack);
      const answer = await project.overHttp({
        path,
        body: encode(requestOf({ timeUnixNano: nowUnixNano() })),
      });
      expect(answer.status).toBe(200);
      expect(await project.select('count() AS n', 'logs')).toEqual([{ n: '1' }]);
      expect(stack.gatekeeper.asked.at(-1)?.signal).toBe(Signal.LOGS);
    }
    expect(await stack.receiver.context.registry.metrics()).toMatch(
      /gob_receiver_items_total\{tenant="22",signal="logs",outcome="stored",reason=""\} \d+/,
    );
  });

  it('acknowledges an empty request', async () => {
    const project = newProject(stack);
    expect(await project.logs.export({ resourceLogs: [] }, project.metadata)).toEqual({});
  });
});
