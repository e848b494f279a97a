import { describe, expect, it } from 'vitest';
import { ExportMetricsServiceRequest } from '../../../../../gen/otlp/opentelemetry/proto/collector/metrics/v1/metrics_service.js';
import { transcodeMetrics } from '../../reference/transcode-metrics.js';
import type { Transcode } from '../../transcode.js';
import { MetricsTranscoder } from './transcode-metrics.js';

const NOW_UNIX_NANO = 1_795_000_000_123_456_789n;
const limits = { retentionDays: 30 };
const context = { tenantId: 1, projectId: 2n, nowUnixNano: NOW_UNIX_NANO, limits };

const unexpected: Transcode = () => {
  throw new Error('nothing here is unusual');
};
const blocksOf = (transcode: Transcode, bytes: Uint8Array) =>
  transcode(bytes, context).blocks.map((block) => Buffer.from(block.bytes));

describe('NaN', () => {
  /** Stands for every double in the request until its bits are replaced. */
  const MARK = 1.234567890123e77;
  const exemplars = [{ asDouble: MARK }];
  const times = { timeUnixNano: NOW_UNIX_NANO };
  const metrics = [
    { gauge: { dataPoints: [{ ...times, asDouble: MARK, exemplars }] } },
    { sum: { dataPoints: [{ ...times, asDouble: MARK }] } },
    { histogram: { dataPoints: [{ ...times, sum: MARK, min: MARK, max: MARK }] } },
    { exponentialHistogram: { dataPoints: [{ ...times, sum: MARK, zeroThreshold: MARK }] } },
    { summary: { dataPoints: [{ ...times, sum: MARK, quantileValues: [{ quantile: 1, value: MARK }] }] } },
  ].map((data) => ({ name: 'm', ...data }));

  function requestWith(bits: bigint): Buffer {
    const request = { resourceMetrics: [{ scopeMetrics: [{ metrics }] }] };
    const bytes = Buffer.from(
      ExportMetricsServiceRequest.encode(ExportMetricsServiceRequest.fromPartial(request)).finish(),
    );
    const mark = Buffer.alloc(8);
    mark.writeDoubleLE(MARK);
    for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark)) bytes.writeBigUInt64LE(bits, at);
    return bytes;
  }

  it.each([0x7ff0_0000_0000_0001n, 0x7ff8_0000_0000_0000n, 0x7fff_ffff_ffff_ffffn, 0xfff8_0000_0000_1234n])(
    'with the bits %x is stored like any other',
    (bits) => {
      const bytes = requestWith(bits);
      const blocks = blocksOf(new MetricsTranscoder(unexpected).transcode, bytes);
      expect(blocks).toHaveLength(5);
      expect(blocks).toEqual(blocksOf(transcodeMetrics, bytes));
      expect(blocks).toEqual(blocksOf(transcodeMetrics, requestWith(0x7ff8_0000_0000_0000n)));
    },
  );
});

describe('entities of a resource, which are not stored', () => {
  const withEntity = (entity: readonly number[]) =>
    Buffer.from([0x0a, entity.length + 4, 0x0a, entity.length + 2, 0x1a, entity.length, ...entity]);

  it('are stepped over', () => {
    const entity = withEntity([0x12, 1, 0x61, 0x1a, 1, 0x62]);
    expect(new MetricsTranscoder(unexpected).transcode(entity, context).accepted).toBe(0);
  });

  it('are refused when they are no message, as by the reference', () => {
    const refusal = (transcode: Transcode) => {
      try {
        return transcode(withEntity([0x12, 9, 0x61]), context).accepted;
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(refusal(new MetricsTranscoder().transcode)).toMatch(
      /entity_refs\[0\]\.type.* its length is 9 bytes/,
    );
    expect(refusal(new MetricsTranscoder().transcode)).toBe(refusal(transcodeMetrics));
  });
});
