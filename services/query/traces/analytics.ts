import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Filter } from '../../../gen/es/gob/query/v1/filter_pb.js';
import type { GetTraceAnalyticsResponseSchema } from '../../../gen/es/gob/query/v1/query_pb.js';
import type { Reading } from '../clickhouse/reading.js';
import { coversFilter } from '../filter/covers-filter.js';
import { conditionOf } from '../filter/read-selection.js';
import {
  type AnalyticsOptions,
  type RedRow,
  type RedSlotRow,
  redFromMinutes,
  redFromSpans,
} from '../sql/traces/analytics.js';
import { intersect, type Range, storedRange } from '../time/time-range.js';
import { DurationHistogram } from './duration-histogram.js';
import { intervalSecondsOf } from './intervals.js';
import { RED_FIELDS, SPAN_FIELDS } from './span-fields.js';

interface Interval {
  calls: bigint;
  errors: bigint;
  readonly histogram: DurationHistogram;
}

/**
 * Rate, errors and durations over time. Filters on service, operation and kind are answered from the minutes that ingest
 * adds up, whose edges are whole minutes; any other filter from the spans.
 */
export async function traceAnalytics(
  reading: Reading,
  asked: Range,
  filter: Filter | undefined,
): Promise<MessageInitShape<typeof GetTraceAnalyticsResponseSchema>> {
  const range = intersect(asked, storedRange(reading.nowMs, reading.reader.retentionDays));
  const intervalSeconds = intervalSecondsOf(asked);
  if (!range) return { buckets: [], intervalSeconds };
  const isInMinutes = !filter || coversFilter(RED_FIELDS, filter);
  const condition = filter && conditionOf(filter, isInMinutes ? RED_FIELDS : SPAN_FIELDS);
  const options = { range, intervalSeconds, condition };
  const intervals = isInMinutes ? await fromMinutes(reading, options) : await fromSpans(reading, options);
  return { buckets: [...gapless(range, intervalSeconds, intervals)], intervalSeconds };
}

async function fromMinutes(reading: Reading, options: AnalyticsOptions): Promise<Map<number, Interval>> {
  const rows = await reading.rows<RedRow>(redFromMinutes(options));
  return new Map(
    rows.map(({ interval, calls, errors, histogram: counts }) => {
      const histogram = new DurationHistogram();
      for (const [slot, count] of Object.entries(counts)) histogram.add(Number(slot), BigInt(count));
      return [interval, { calls: BigInt(calls), errors: BigInt(errors), histogram }];
    }),
  );
}

async function fromSpans(reading: Reading, options: AnalyticsOptions): Promise<Map<number, Interval>> {
  const intervals = new Map<number, Interval>();
  for (const { interval, slot, calls, errors } of await reading.rows<RedSlotRow>(redFromSpans(options))) {
    const entry = intervals.get(interval) ?? { calls: 0n, errors: 0n, histogram: new DurationHistogram() };
    entry.calls += BigInt(calls);
    entry.errors += BigInt(errors);
    entry.histogram.add(slot, BigInt(calls));
    intervals.set(interval, entry);
  }
  return intervals;
}

function* gapless(range: Range, intervalSeconds: number, intervals: ReadonlyMap<number, Interval>) {
  const first = Number(range.startUnixNano / 1_000_000_000n);
  const last = Number(range.endUnixNano / 1_000_000_000n);
  for (let start = first - (first % intervalSeconds); start <= last; start += intervalSeconds) {
    const interval = intervals.get(start);
    yield {
      startUnixSeconds: BigInt(start),
      count: interval?.calls ?? 0n,
      errorCount: interval?.errors ?? 0n,
      ...(interval && { durations: interval.histogram.quantiles() }),
    };
  }
}
