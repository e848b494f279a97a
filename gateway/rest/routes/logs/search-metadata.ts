import { z } from 'zod';
import type { SummarizeLogsResponse } from '../../../../gen/es/gob/query/v1/logs_pb.js';
import { SEVERITY_NAMES } from '../../../../lib/signals/severity-names.js';
import { int64 } from '../../format/schemas.js';
import { defineQueryRoute } from '../../http/route.js';
import { logFilterParams, toLogFilter } from '../../params/log-filter.js';
import { toLogRange } from '../../params/log-range.js';
import { timeRangeParams } from '../../params/time-range.js';

const answer = z.object({
  start_ts: int64.describe('First instant of the range, Unix nanoseconds.'),
  end_ts: int64.describe('Last instant of the range, Unix nanoseconds.'),
  summary: z.object({
    service_names: z.array(z.string()).describe('By name, at most 1000.'),
    trace_flags: z.array(z.int()),
    severity_names: z.array(z.string()).describe('Lower-case: trace, trace2, … fatal4.'),
    severity_numbers: z.array(z.int()).describe('1 to 24; 0 for records without one.'),
  }),
  severity_numbers_counts: z
    .array(
      z.object({
        time: int64.describe('Begin of the bucket, Unix nanoseconds.'),
        counts: z
          .record(z.string(), int64)
          .describe('Records by severity number; a severity without records is left out.'),
      }),
    )
    .describe('Every bucket of the range, also empty ones, at most about sixty.'),
  bucket_ns: int64.describe('Width of a bucket in nanoseconds.'),
  repeats_counted: z
    .boolean()
    .describe(
      'Whether a record that was delivered again counts again, as it does among more than 200,000 records. Else it counts once, as it is found once.',
    ),
});

export const searchMetadataRoute = defineQueryRoute({
  suffix: '/logs/searchmetadata',
  documentedSuffix: '/logs/searchmetadata',
  summary: 'Services, flags and severities of the log records of a time range, and their number over time',
  query: z.object({ ...timeRangeParams, ...logFilterParams }),
  answer,
  example: {
    query: { period: '1h', service_name: 'shop' },
    answer: {
      start_ts: 1_927_857_600_000_000_000n,
      end_ts: 1_927_857_720_000_000_000n,
      summary: {
        service_names: ['shop'],
        trace_flags: [0, 1],
        severity_names: ['warn'],
        severity_numbers: [13],
      },
      severity_numbers_counts: [
        { time: 1_927_857_600_000_000_000n, counts: {} },
        { time: 1_927_857_660_000_000_000n, counts: { '13': 4n } },
      ],
      bucket_ns: 60_000_000_000n,
      repeats_counted: false,
    },
  },
  prepare: ({ params, nowMs }) => {
    const range = toLogRange(params, nowMs);
    const request = { ...(range && { range }), filter: toLogFilter(params) };
    return async (_query, { call }, { logs }) => toMetadata(await logs.summarizeLogs(request, call));
  },
});

function toMetadata(summary: SummarizeLogsResponse): z.infer<typeof answer> {
  const { severityNumbers } = summary;
  return {
    start_ts: summary.range?.startUnixNano ?? 0n,
    end_ts: summary.range?.endUnixNano ?? 0n,
    summary: {
      service_names: summary.serviceNames,
      trace_flags: summary.traceFlags,
      severity_names: severityNumbers.flatMap((number) => SEVERITY_NAMES[number - 1] ?? []),
      severity_numbers: severityNumbers,
    },
    severity_numbers_counts: summary.buckets.map(({ startUnixNano, counts }) => ({
      time: startUnixNano,
      counts,
    })),
    bucket_ns: summary.bucketNano,
    repeats_counted: summary.repeatsCounted,
  };
}
