import { describe, expect, it } from 'vitest';
import { ExportTraceServiceRequest } from '../../../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import type { AnyValue } from '../../../../gen/otlp/opentelemetry/proto/common/v1/common.js';
import {
  Span,
  type Span_SpanKind,
  type Status_StatusCode,
} from '../../../../gen/otlp/opentelemetry/proto/trace/v1/trace.js';
import { readTracesJson } from '../json/read-traces.js';
import type { TranscodeResult } from '../transcode.js';
import { transcodeTraces } from './transcode-traces.js';

const NOW = 1_900_000_000_000_000_000n;
const DAY = 86_400_000_000_000n;
const HOUR = 3_600_000_000_000n;

type SpanFields = Parameters<typeof Span.fromPartial>[0];

function span(fields: SpanFields = {}): Span {
  const ids = { traceId: Buffer.alloc(16, 1), spanId: Buffer.alloc(8, 2) };
  return Span.fromPartial({ ...ids, name: 'x', startTimeUnixNano: NOW, endTimeUnixNano: NOW, ...fields });
}

function transcode(bytes: Uint8Array): TranscodeResult {
  return transcodeTraces(bytes, {
    tenantId: 1,
    projectId: 2n,
    nowUnixNano: NOW,
    limits: { retentionDays: 30 },
  });
}

type RequestFields = Parameters<typeof ExportTraceServiceRequest.fromPartial>[0];
const encode = (fields: RequestFields): Uint8Array =>
  ExportTraceServiceRequest.encode(ExportTraceServiceRequest.fromPartial(fields)).finish();
const withSpans = (...spans: Span[]): Uint8Array => encode({ resourceSpans: [{ scopeSpans: [{ spans }] }] });

/** `depth` containers around a number: lists, or maps. */
function nested(depth: number, kind: 'list' | 'map'): AnyValue {
  let value: AnyValue = { intValue: 1n };
  for (let level = 0; level < depth; level++) {
    value =
      kind === 'list'
        ? { arrayValue: { values: [value] } }
        : { kvlistValue: { values: [{ key: 'k', value, keyStrindex: 0 }] } };
  }
  return value;
}

describe('bad spans', () => {
  it.each<[string, SpanFields, RegExp]>([
    ['no trace id', { traceId: Buffer.alloc(0) }, /trace_id must be 16 bytes, got 0/],
    ['a zero trace id', { traceId: Buffer.alloc(16) }, /trace_id must not be all zeros/],
    ['a long span id', { spanId: Buffer.alloc(9, 1) }, /span_id must be 8 bytes, got 9/],
    ['a zero span id', { spanId: Buffer.alloc(8) }, /span_id must not be all zeros/],
    [
      'half a parent id',
      { parentSpanId: Buffer.alloc(4, 1) },
      /parent_span_id must be empty or 8 bytes, got 4/,
    ],
    [
      'half a link',
      { links: [{}, { traceId: Buffer.alloc(3, 1) }] },
      /links\[1\]\.trace_id must be empty or 16 bytes, got 3/,
    ],
    [
      'a start before retention',
      { startTimeUnixNano: NOW - 30n * DAY - 1n },
      /start_time_unix_nano is 2030-02-15T17:46:39Z, outside .*the last 30 days/,
    ],
    ['a start in the far future', { startTimeUnixNano: NOW + HOUR + 1n }, /start_time_unix_nano/],
    ['no start', { startTimeUnixNano: 0n }, /start_time_unix_nano is 0 \(not set\)/],
    [
      'an end in the far future',
      { endTimeUnixNano: 2n ** 64n - 1n },
      /end_time_unix_nano is 18446744073709551615|end_time_unix_nano is 2554/,
    ],
    [
      'an event that no clock shows',
      { events: [{ timeUnixNano: 2n ** 63n }] },
      /events\[0\]\.time_unix_nano/,
    ],
    [
      '33 lists',
      { attributes: [{ key: 'a', value: nested(33, 'list') }] },
      /attributes\[0\]\.value.*nested deeper than 32/,
    ],
    ['33 maps', { attributes: [{ key: 'a', value: nested(33, 'map') }] }, /nested deeper than 32/],
    [
      '200 maps',
      { events: [{ attributes: [{ key: 'a', value: nested(200, 'map') }] }] },
      /nested deeper than 32/,
    ],
  ])('%s costs only its own span', (_name, fields, message) => {
    const result = transcode(withSpans(span(), span(fields), span()));
    expect(result.accepted).toBe(2);
    expect([...result.rejected.values()]).toEqual([1]);
    expect(result.firstRejection).toMatch(message);
    expect(result.firstRejection).toMatch(/^resource_spans\[0\]\.scope_spans\[0\]\.spans\[1\]\./);
  });

  it.each<[string, SpanFields]>([
    ['the oldest start', { startTimeUnixNano: NOW - 30n * DAY }],
    ['the latest start', { startTimeUnixNano: NOW + HOUR, endTimeUnixNano: NOW + HOUR }],
    ['an end before the start', { endTimeUnixNano: 1n }],
    ['no parent, no name, an empty link', { parentSpanId: Buffer.alloc(0), name: '', links: [{}] }],
    ['32 lists', { attributes: [{ key: 'a', value: nested(32, 'list') }] }],
    ['32 maps', { events: [{ attributes: [{ key: 'a', value: nested(32, 'map') }] }] }],
    ['an unknown kind and status', { kind: 99 as Span_SpanKind, status: { code: 17 as Status_StatusCode } }],
  ])('%s is accepted', (_name, fields) => {
    expect(transcode(withSpans(span(fields)))).toMatchObject({ accepted: 1, firstRejection: undefined });
  });

  it.each<[string, SpanFields]>([
    ['name', { name: 'ZZZZ' }],
    ['trace_state', { traceState: 'ZZZZ' }],
    ['status.message', { status: { message: 'ZZZZ' } }],
    ['attributes[0].value.string_value', { attributes: [{ key: 'a', value: { stringValue: 'ZZZZ' } }] }],
    ['events[0].name', { events: [{ name: 'ZZZZ' }] }],
    ['links[0].attributes[0].key', { links: [{ attributes: [{ key: 'ZZZZ' }] }] }],
  ])('invalid UTF-8 in %s costs its own span', (field, fields) => {
    const bytes = Buffer.from(withSpans(span(fields), span()));
    bytes.fill(0xff, bytes.indexOf('ZZZZ'), bytes.indexOf('ZZZZ') + 4);
    expect(transcode(bytes)).toMatchObject({
      accepted: 1,
      firstRejection: `resource_spans[0].scope_spans[0].spans[0].${field} is not valid UTF-8`,
    });
  });

  it('invalid text in a resource costs the spans below it, and no others', () => {
    const bytes = Buffer.from(
      encode({
        resourceSpans: [
          {
            resource: { attributes: [{ key: 'ZZZZ' }] },
            scopeSpans: [{ spans: [span(), span()] }, { spans: [span()] }],
          },
          { scopeSpans: [{ spans: [span()] }] },
        ],
      }),
    );
    bytes.fill(0xff, bytes.indexOf('ZZZZ'), bytes.indexOf('ZZZZ') + 4);
    const result = transcode(bytes);
    expect(result.accepted).toBe(1);
    expect(result.rejected).toEqual(new Map([['invalid_utf8', 3]]));
    expect(result.firstRejection).toBe('resource_spans[0].resource.attributes[0].key is not valid UTF-8');
  });

  it('a lone surrogate in JSON costs its own span', () => {
    const [id, spanId] = ['01'.repeat(16), '02'.repeat(8)];
    const good = { traceId: id, spanId, startTimeUnixNano: String(NOW), name: '\ud834\udd1e' };
    const json = JSON.stringify({
      resourceSpans: [{ scopeSpans: [{ spans: [{ ...good, name: '\ud800' }, good] }] }],
    });
    expect(transcode(readTracesJson(Buffer.from(json)))).toMatchObject({
      accepted: 1,
      rejected: new Map([['invalid_utf8', 1]]),
    });
  });
});

describe('bytes that are no export request', () => {
  const good = withSpans(span());
  it.each<[string, Uint8Array, RegExp]>([
    ['text', Buffer.from('hello'), /./],
    ['a zero tag', Uint8Array.of(0, 0), /there is no field number 0/],
    ['a stray end-group', Uint8Array.of(0x0c), /wire type 4/],
    ['a reserved wire type', Uint8Array.of(0x0e), /wire type 6/],
    ['a cut message', good.subarray(0, good.length - 1), /resource_spans\[0\].*only \d+ are left/],
    [
      'a nested message that is longer than its parent',
      Uint8Array.of(0x0a, 2, 0x12, 9),
      /resource_spans\[0\]\.scope_spans\[0\], byte \d+, its length is 9 bytes, but only 0 are left/,
    ],
    ['an endless varint', new Uint8Array(20).fill(0xff), /longer than 10 bytes/],
    ['a cut varint', Uint8Array.of(0x08, 0x80), /varint is cut off/],
    ['an open group', Uint8Array.of(0x1b, 0x08, 0x01), /varint is cut off/],
  ])('%s', (_name, bytes, message) => {
    expect(() => transcode(bytes)).toThrow(
      expect.objectContaining({ code: 'malformed_payload', message: expect.stringMatching(message) }),
    );
  });

  it('steps over unknown fields and groups', () => {
    const unknown = Uint8Array.of(0xa2, 0x06, 1, 65, 0xa3, 0x06, 0x08, 1, 0xa4, 0x06, 0xa5, 0x06, 1, 2, 3, 4);
    expect(transcode(Buffer.concat([unknown, good, unknown])).accepted).toBe(1);
  });

  it('refuses nesting that would overflow the stack', () => {
    const deep = withSpans(span({ attributes: [{ key: 'a', value: nested(900, 'list') }] }));
    expect(() => transcode(deep)).toThrow(/nested deeper than 1000/);
  });
});

it('an empty request has no blocks', () => {
  expect(transcode(new Uint8Array())).toMatchObject({ blocks: [], accepted: 0, firstRejection: undefined });
});

it('splits what covers more days than one insert may', () => {
  const spans = Array.from({ length: 31 }, (_, day) => span({ startTimeUnixNano: NOW - BigInt(day) * DAY }));
  const wide = { tenantId: 1, projectId: 2n, nowUnixNano: NOW, limits: { retentionDays: 400 } };
  const old = Array.from({ length: 300 }, (_, day) => span({ startTimeUnixNano: NOW - BigInt(day) * DAY }));
  expect(transcode(withSpans(...spans)).blocks.map(({ rows }) => rows)).toEqual([31]);
  const { blocks, accepted } = transcodeTraces(withSpans(...old), wide);
  expect(accepted).toBe(300);
  expect(blocks.map(({ rows }) => rows)).toEqual([90, 90, 90, 30]);
  expect(blocks.map(({ days }) => days.length)).toEqual([90, 90, 90, 30]);
});
