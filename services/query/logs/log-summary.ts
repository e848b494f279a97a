import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  SummarizeLogsRequest,
  SummarizeLogsResponseSchema,
} from '../../../gen/es/gob/query/v1/logs_pb.js';
import type { Reading } from '../clickhouse/reading.js';
import {
  type LogServiceRow,
  logServices,
  logSeverityCounts,
  logSeverityRepeats,
  type SeverityCountRow,
  type SeverityCountsOptions,
} from '../sql/logs/log-summary.js';
import { intersect, type Range, storedRange } from '../time/time-range.js';
import { bucketWidthOf } from './bucket-width.js';
import { readLogFilter } from './log-filter.js';
import { rangeOfFilter, readLogRange } from './log-range.js';

type Summary = MessageInitShape<typeof SummarizeLogsResponseSchema>;
type Counts = Record<number, bigint>;

/** Among more records repeats are not looked for: comparing their content may read all of them whole. */
const MAX_TOLD_APART = 200_000;

/** Services, flags and severities of the matching records, and how many there are over time. */
export async function readLogSummary(reading: Reading, request: SummarizeLogsRequest): Promise<Summary> {
  const filter = readLogFilter(request.filter);
  const asked = readLogRange(request.range, filter) ?? (await rangeOfFilter(reading, filter));
  const bucketNano = bucketWidthOf(asked);
  // Only what is stored is read, so that a range of a century costs no more buckets than can hold something.
  const range = intersect(asked, storedRange(reading.nowMs, reading.reader.retentionDays));
  if (!range) return { range: asked, bucketNano, buckets: emptyBuckets(asked, bucketNano) };
  const buckets = Number(range.endUnixNano / bucketNano - range.startUnixNano / bucketNano) + 1;
  const [services, { counts, repeatsCounted }] = await Promise.all([
    reading.rows<LogServiceRow>(logServices(range, filter)),
    countRecords(reading, { range, filter, bucketNano, buckets }),
  ]);
  return {
    range: asked,
    serviceNames: services.map((row) => row.service_name),
    traceFlags: ascending(services.flatMap((row) => row.trace_flags)),
    severityNumbers: ascending(counts.map((row) => row.severity_number)),
    buckets: withCounts(emptyBuckets(asked, bucketNano), counts, bucketNano),
    bucketNano,
    repeatsCounted,
  };
}

interface RecordCounts {
  readonly counts: readonly SeverityCountRow[];
  /** Whether a record that was delivered again counts again. */
  readonly repeatsCounted: boolean;
}

async function countRecords(reading: Reading, options: SeverityCountsOptions): Promise<RecordCounts> {
  const counts = await reading.rows<SeverityCountRow>(logSeverityCounts(options));
  const total = counts.reduce((sum, { records }) => sum + Number(records), 0);
  if (total > MAX_TOLD_APART) return { counts, repeatsCounted: true };
  const repeats = total < 2 ? [] : await reading.rows<SeverityCountRow>(logSeverityRepeats(options));
  return { counts: without(repeats, counts), repeatsCounted: false };
}

function without(
  repeats: readonly SeverityCountRow[],
  counts: readonly SeverityCountRow[],
): readonly SeverityCountRow[] {
  const placeOf = (row: SeverityCountRow) => `${row.bucket} ${row.severity_number}`;
  const byPlace = new Map(repeats.map((row) => [placeOf(row), BigInt(row.records)]));
  return counts.map((row) => {
    const left = BigInt(row.records) - (byPlace.get(placeOf(row)) ?? 0n);
    // What arrived between the two statements is among the repeats alone; the first of equal records always counts.
    return { ...row, records: String(left > 0n ? left : 1n) };
  });
}

interface Bucket {
  readonly startUnixNano: bigint;
  readonly counts: Counts;
}

function emptyBuckets({ startUnixNano, endUnixNano }: Range, bucketNano: bigint): Bucket[] {
  const buckets: Bucket[] = [];
  for (let index = startUnixNano / bucketNano; index <= endUnixNano / bucketNano; index++)
    buckets.push({ startUnixNano: index * bucketNano, counts: {} });
  return buckets;
}

function withCounts(
  buckets: readonly Bucket[],
  rows: readonly SeverityCountRow[],
  bucketNano: bigint,
): Bucket[] {
  const byStart = new Map(buckets.map((bucket) => [bucket.startUnixNano, bucket.counts]));
  for (const row of rows) {
    const counts = byStart.get(BigInt(row.bucket) * bucketNano);
    if (counts) counts[row.severity_number] = BigInt(row.records);
  }
  return [...buckets];
}

function ascending(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}
