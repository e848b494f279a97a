import { createStore, type Store } from '../../../lib/store/store.js';
import { testServiceContext } from '../../_util/service-context.js';

export const openStore = (url: string): Store =>
  createStore({ url, application: 'store-test', ...testServiceContext() });

export interface TestSpan {
  readonly spanId: string;
  readonly parentId?: string;
  readonly second: number;
  readonly service: string;
  readonly name: string;
  readonly status?: 'Unset' | 'Ok' | 'Error';
  readonly durationNs?: bigint;
}

export const TRACE_ID = '00112233445566778899aabbccddeeff';
/** A full hour. */
export const HOUR_NS = 1_777_629_600_000_000_000n;

const varUint = (value: number): Buffer => {
  if (value >= 128) throw new Error('one byte is enough for these tests');
  return Buffer.of(value);
};
const text = (value: string): Buffer =>
  Buffer.concat([varUint(Buffer.byteLength(value)), Buffer.from(value)]);
const column = (name: string, type: string, values: readonly Buffer[]): Buffer =>
  Buffer.concat([text(name), text(type), ...values]);
const u64 = (value: bigint): Buffer => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(value);
  return buffer;
};

export const COLUMNS = [
  'TenantId',
  'ProjectId',
  'Timestamp',
  'TraceId',
  'SpanId',
  'ParentSpanId',
  'ServiceName',
  'SpanName',
  'StatusCode',
  'DurationNs',
];

/** One Native block of revision 0: counts, then each column's name, type and values. */
export function nativeBlock(spans: readonly TestSpan[]): Uint8Array {
  const rows = (of: (span: TestSpan) => Buffer) => spans.map(of);
  return Buffer.concat([
    varUint(COLUMNS.length),
    varUint(spans.length),
    column(
      'TenantId',
      'UInt32',
      rows(() => Buffer.of(22, 0, 0, 0)),
    ),
    column(
      'ProjectId',
      'UInt64',
      rows(() => u64(7n)),
    ),
    column(
      'Timestamp',
      "DateTime64(9, 'UTC')",
      rows((span) => u64(HOUR_NS + BigInt(span.second) * 1_000_000_000n + 1n)),
    ),
    column(
      'TraceId',
      'FixedString(16)',
      rows(() => Buffer.from(TRACE_ID, 'hex')),
    ),
    column(
      'SpanId',
      'FixedString(8)',
      rows((span) => Buffer.from(span.spanId.padStart(16, '0'), 'hex')),
    ),
    column(
      'ParentSpanId',
      'FixedString(8)',
      rows((span) => Buffer.from((span.parentId ?? '').padStart(16, '0'), 'hex')),
    ),
    column(
      'ServiceName',
      'String',
      rows((span) => text(span.service)),
    ),
    column(
      'SpanName',
      'String',
      rows((span) => text(span.name)),
    ),
    column(
      'StatusCode',
      'String',
      rows((span) => text(span.status ?? 'Unset')),
    ),
    column(
      'DurationNs',
      'UInt64',
      rows((span) => u64(span.durationNs ?? 1_000n)),
    ),
  ]);
}

/** A failed child a second before its root: clocks differ. */
export const child: TestSpan = {
  spanId: '02',
  parentId: '01',
  second: 1,
  service: 'pay',
  name: 'charge',
  status: 'Error',
};
export const root: TestSpan = {
  spanId: '01',
  second: 2,
  service: 'shop',
  name: 'POST /buy',
  status: 'Ok',
  durationNs: 5_000_000_000n,
};
