import { describe, expect, it } from 'vitest';
import { ExportLogsServiceRequest } from '../../../../gen/otlp/opentelemetry/proto/collector/logs/v1/logs_service.js';
import type { AnyValue } from '../../../../gen/otlp/opentelemetry/proto/common/v1/common.js';
import { LogRecord, type SeverityNumber } from '../../../../gen/otlp/opentelemetry/proto/logs/v1/logs.js';
import { readLogsJson } from '../json/read-logs.js';
import type { TranscodeResult } from '../transcode.js';
import { transcodeLogs } from './transcode-logs.js';

const NOW = 1_900_000_000_000_000_000n;
const DAY = 86_400_000_000_000n;
const HOUR = 3_600_000_000_000n;

type LogFields = Parameters<typeof LogRecord.fromPartial>[0];
type RequestFields = Parameters<typeof ExportLogsServiceRequest.fromPartial>[0];

const log = (fields: LogFields = {}): LogRecord => LogRecord.fromPartial({ timeUnixNano: NOW, ...fields });
const encode = (fields: RequestFields): Uint8Array =>
  ExportLogsServiceRequest.encode(ExportLogsServiceRequest.fromPartial(fields)).finish();
const withLogs = (...logRecords: LogRecord[]): Uint8Array =>
  encode({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });

function transcode(bytes: Uint8Array): TranscodeResult {
  const limits = { retentionDays: 30 };
  return transcodeLogs(bytes, { tenantId: 1, projectId: 2n, nowUnixNano: NOW, limits });
}

function nested(depth: number): AnyValue {
  let value: AnyValue = { intValue: 1n };
  for (let level = 0; level < depth; level++) value = { arrayValue: { values: [value] } };
  return value;
}

describe('bad records', () => {
  it.each<[string, LogFields, string, RegExp]>([
    [
      'a time before retention',
      { timeUnixNano: NOW - 30n * DAY - 1n },
      'time_out_of_range',
      /\]\.time_unix_nano is /,
    ],
    [
      'a time in the far future',
      { timeUnixNano: NOW + HOUR + 1n },
      'time_out_of_range',
      /\]\.time_unix_nano is /,
    ],
    [
      'an old observation that stands for the time',
      { timeUnixNano: 0n, observedTimeUnixNano: 1n },
      'time_out_of_range',
      /observed_time_unix_nano is 1970.*the last 30 days/,
    ],
    [
      'an observation that no clock shows',
      { observedTimeUnixNano: 2n ** 63n },
      'time_out_of_range',
      /observed_time_unix_nano is 9223372036854775808, later than/,
    ],
    [
      'a deep body',
      { body: nested(33) },
      'nesting_too_deep',
      /\.body\.array_value\..* is nested deeper than 32/,
    ],
    [
      'a deep attribute',
      { attributes: [{ key: 'a', value: nested(33) }] },
      'nesting_too_deep',
      /attributes\[0\]\.value.* is nested deeper/,
    ],
  ])('%s costs only its own record', (_name, fields, reason, message) => {
    const result = transcode(withLogs(log(), log(fields), log()));
    expect(result).toMatchObject({ accepted: 2, rejected: new Map([[reason, 1]]) });
    expect(result.firstRejection).toMatch(message);
    expect(result.firstRejection).toMatch(/^resource_logs\[0\]\.scope_logs\[0\]\.log_records\[1\]\./);
  });

  it.each<[string, LogFields]>([
    ['the oldest time', { timeUnixNano: NOW - 30n * DAY }],
    ['the latest time', { timeUnixNano: NOW + HOUR }],
    ['no time at all', { timeUnixNano: 0n }],
    ['an old observation beside a good time', { observedTimeUnixNano: 1n }],
    ['ids of zeros', { traceId: Buffer.alloc(16), spanId: Buffer.alloc(8) }],
    ['half a trace id', { traceId: Buffer.alloc(8, 1) }],
    ['a long span id', { spanId: Buffer.alloc(9, 1) }],
    ['a body of 32 lists', { body: nested(32) }],
    ['an unknown severity', { severityNumber: 99 as SeverityNumber }],
    ['reserved flags', { flags: 0xffff_ffff }],
  ])('%s is accepted', (_name, fields) => {
    expect(transcode(withLogs(log(fields)))).toMatchObject({ accepted: 1, firstRejection: undefined });
  });

  it.each<[string, LogFields]>([
    ['severity_text', { severityText: 'ZZZZ' }],
    ['event_name', { eventName: 'ZZZZ' }],
    ['body.string_value', { body: { stringValue: 'ZZZZ' } }],
    ['attributes[0].value.string_value', { attributes: [{ key: 'a', value: { stringValue: 'ZZZZ' } }] }],
  ])('invalid UTF-8 in %s costs its own record', (field, fields) => {
    const bytes = Buffer.from(withLogs(log(fields), log()));
    bytes.fill(0xff, bytes.indexOf('ZZZZ'), bytes.indexOf('ZZZZ') + 4);
    expect(transcode(bytes)).toMatchObject({
      accepted: 1,
      rejected: new Map([['invalid_utf8', 1]]),
      firstRejection: `resource_logs[0].scope_logs[0].log_records[0].${field} is not valid UTF-8`,
    });
  });

  it('invalid text in a scope costs the records below it, and no others', () => {
    const scopeLogs = [{ scope: { version: 'ZZZZ' }, logRecords: [log(), log()] }, { logRecords: [log()] }];
    const bytes = Buffer.from(encode({ resourceLogs: [{ scopeLogs }] }));
    bytes.fill(0xff, bytes.indexOf('ZZZZ'), bytes.indexOf('ZZZZ') + 4);
    expect(transcode(bytes)).toMatchObject({
      accepted: 1,
      rejected: new Map([['invalid_utf8', 2]]),
      firstRejection: 'resource_logs[0].scope_logs[0].scope.version is not valid UTF-8',
    });
  });
});

describe('bytes and JSON that are no request', () => {
  it('names the message and the place', () => {
    const bytes = withLogs(log());
    expect(() => transcode(bytes.subarray(0, bytes.length - 1))).toThrow(
      expect.objectContaining({
        code: 'malformed_payload',
        message: expect.stringMatching(/not a protobuf ExportLogsServiceRequest: at resource_logs\[0\]/),
      }),
    );
  });

  it.each([
    ['{"resourceLogs":{}}', /resourceLogs: expected an array/],
    [
      '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"severityNumber":"SEVERITY_NUMBER_INFO"}]}]}]}',
      /resourceLogs\[0\]\.scopeLogs\[0\]\.logRecords\[0\]\.severityNumber: .*names of enum members/,
    ],
    ['{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":"x"}]}]}]}', /body: expected an object/],
    ['[]', /JSON object with the member resourceLogs/],
  ])('%s', (json, message) => {
    expect(() => readLogsJson(Buffer.from(json))).toThrow(message);
  });
});

it('an empty request has no blocks', () => {
  expect(transcode(new Uint8Array())).toMatchObject({ blocks: [], accepted: 0 });
  expect(transcode(encode({ resourceLogs: [{}, { scopeLogs: [{}] }] })).blocks).toEqual([]);
});
