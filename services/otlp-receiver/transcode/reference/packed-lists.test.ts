import { describe, expect, it } from 'vitest';
import type { TranscodeResult } from '../transcode.js';
import { transcodeMetrics } from './transcode-metrics.js';

const NOW = 1_900_000_000_000_000_000n;

function transcode(bytes: Uint8Array): TranscodeResult {
  const limits = { retentionDays: 30 };
  return transcodeMetrics(bytes, { tenantId: 1, projectId: 2n, nowUnixNano: NOW, limits });
}

/** A length-delimited field. */
const wrap = (tag: number, inner: readonly number[]): number[] => [tag, inner.length, ...inner];
/** A request with one metric `m`, whose data begin with `tag` and have one point of these bytes. */
const withPoint = (tag: number, point: readonly number[]): Uint8Array =>
  Uint8Array.from(
    wrap(0x0a, wrap(0x12, wrap(0x12, [...wrap(0x0a, [0x6d]), ...wrap(tag, wrap(0x0a, point))]))),
  );
const HISTOGRAM = 0x4a;
const EXPONENTIAL_HISTOGRAM = 0x52;

function fixed64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}

describe('lists of numbers', () => {
  it('whose length is no multiple of their size are malformed', () => {
    expect(() => transcode(withPoint(HISTOGRAM, wrap(0x3a, [...Buffer.alloc(9)])))).toThrow(
      /ExportMetricsServiceRequest: at .*explicit_bounds.* its length is 9 bytes, which is no multiple of 8/,
    );
  });

  it('whose last number is cut off are malformed', () => {
    const buckets = wrap(0x42, wrap(0x12, [1, 0x80]));
    expect(() => transcode(withPoint(EXPONENTIAL_HISTOGRAM, buckets))).toThrow(
      /positive\.bucket_counts.* a varint is cut off/,
    );
  });

  it('may also come one by one', () => {
    const time = [0x19, ...fixed64(NOW)];
    const bound = [0x39, ...Buffer.alloc(8)];
    const count = [0x31, ...fixed64(7n)];
    expect(transcode(withPoint(HISTOGRAM, [...time, ...bound, ...count, ...count]))).toMatchObject({
      accepted: 1,
    });
    expect(transcode(withPoint(HISTOGRAM, [...time, ...bound, ...count]))).toMatchObject({
      rejected: new Map([['invalid_buckets', 1]]),
    });
  });
});
