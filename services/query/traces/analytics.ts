import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Filter } from '../../../gen/es/gob/query/v1/filter_pb.js';
import type { GetTraceAnalyticsResponseSchema } from '../../../gen/es/gob/query/v1/query_pb.js';
import type { BoundStatement, Reading } from '../clickhouse/reading.js';
import { coversFilter } from '../filter/covers-filter.js';
import type { FilterFields } from '../filter/fields.js';
import { conditionOf } from '../filter/read-selection.js';
import {
  type AnalyticsOptions,
  type RedRow,
  redFromFiveMinutes,
  redFromMinutes,
  redFromSpans,
} from '../sql/traces/analytics.js';
import { intersect, type Range, storedRange } from '../time/time-range.js';
import { DurationHistogram } from './duration-histogram.js';
import { intervalSecondsOf } from './intervals.js';
import { RED_FIELDS, RED_SERVICE_FIELDS, SPAN_FIELDS } from './span-fields.js';
import { FIVE_MINUTES_SECONDS, splitAtFiveMinutes } from './whole-minutes.js';

interface Interval {
  calls: bigint;
  errors: bigint;
  readonly histogram: DurationHistogram;
}

type Intervals = Map<number, Interval>;

/**
 * Rate, errors and durations over time. Filters on service, operation and kind are answered from what ingest adds up, whose edges
 * are whole minutes; any other filter from the spans.
 */
export async function traceAnalytics(
  reading: Reading,
  asked: Range,
  filter: Filter | undefined,
): Promise<MessageInitShape<typeof GetTraceAnalyticsResponseSchema>> {
  const range = intersect(asked, storedRange(reading.nowMs, reading.reader.retentionDays));
  const intervalSeconds = intervalSecondsOf(asked);
  if (!range) return { buckets: [], intervalSeconds };
  const intervals = await readIntervals(reading, { range, intervalSeconds, filter });
  return { buckets: [...gapless(range, intervalSeconds, intervals)], intervalSeconds };
}

interface Chart extends Omit<AnalyticsOptions, 'condition'> {
  readonly filter: Filter | undefined;
}

/** From the shortest table that tells apart what the filter asks about. */
function readIntervals(reading: Reading, { filter, ...chart }: Chart): Promise<Intervals> {
  const isCoarse = chart.intervalSeconds % FIVE_MINUTES_SECONDS === 0;
  const by = (fields: FilterFields) => ({ ...chart, condition: filter && conditionOf(filter, fields) });
  if (isCoarse && (!filter || coversFilter(RED_SERVICE_FIELDS, filter)))
    return sumOf(reading, fromFiveMinutes(by(SPAN_FIELDS)));
  if (!filter || coversFilter(RED_FIELDS, filter)) return sumOf(reading, [redFromMinutes(by(RED_FIELDS))]);
  return sumOf(reading, [redFromSpans(by(SPAN_FIELDS))]);
}

/** Whole five minutes as they were added up, what is left at both ends from the spans. */
function fromFiveMinutes(options: AnalyticsOptions): readonly BoundStatement[] {
  const { whole, edges } = splitAtFiveMinutes(options.range);
  return [
    ...(whole ? [redFromFiveMinutes({ ...options, range: whole })] : []),
    ...edges.map((range) => redFromSpans({ ...options, range })),
  ];
}

async function sumOf(reading: Reading, statements: readonly BoundStatement[]): Promise<Intervals> {
  const parts = await Promise.all(statements.map((statement) => reading.rows<RedRow>(statement)));
  const intervals: Intervals = new Map();
  for (const { interval, calls, errors, histogram } of parts.flat()) {
    const entry = intervals.get(interval) ?? { calls: 0n, errors: 0n, histogram: new DurationHistogram() };
    entry.calls += BigInt(calls);
    entry.errors += BigInt(errors);
    for (const [slot, count] of Object.entries(histogram)) entry.histogram.add(Number(slot), BigInt(count));
    intervals.set(interval, entry);
  }
  return intervals;
}

function* gapless(range: Range, intervalSeconds: number, intervals: Intervals) {
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
