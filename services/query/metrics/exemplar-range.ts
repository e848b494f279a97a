import type { Reading } from '../clickhouse/reading.js';
import { rangeOfTraces, type TraceRangeRow } from '../sql/metrics/catalogue.js';
import { HOUR_NANO, type Range, storedRange } from '../time/time-range.js';

const NANO_PER_MS = 1_000_000n;
/** Exporters send what they measured during a trace this much later at most. */
const EXPORT_DELAY_NANO = HOUR_NANO / 4n;
/** Clocks of those who trace and of those who measure differ by this much at most. */
const CLOCK_SKEW_NANO = HOUR_NANO / 60n;

/** When the points were taken that may have exemplars of some traces (hex). */
export async function exemplarRange(reading: Reading, traceIds: readonly string[]): Promise<Range> {
  const stored = storedRange(reading.nowMs, reading.reader.retentionDays);
  const [row] = await reading.rows<TraceRangeRow>(rangeOfTraces(traceIds, stored));
  return toRange(row, reading.nowMs);
}

/** Exemplars of traces that are not stored, since they were not sampled, are mostly asked for soon. */
function toRange(row: TraceRangeRow | undefined, nowMs: number): Range {
  const nowUnixNano = BigInt(Math.trunc(nowMs)) * NANO_PER_MS;
  if (row === undefined || row.last === '0')
    return { startUnixNano: nowUnixNano - 24n * HOUR_NANO, endUnixNano: nowUnixNano + HOUR_NANO };
  const firstUnixNano = BigInt(row.first);
  return {
    startUnixNano: firstUnixNano > CLOCK_SKEW_NANO ? firstUnixNano - CLOCK_SKEW_NANO : 0n,
    endUnixNano: BigInt(row.last) + EXPORT_DELAY_NANO,
  };
}
