import type { MessageInitShape } from '@bufbuild/protobuf';
import type { MetricInfoSchema } from '../../../gen/es/gob/query/v1/metrics_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import type { Reading } from '../clickhouse/reading.js';
import {
  type MetricKeysRow,
  type MetricRef,
  type MetricRow,
  metricKeys,
  newestPoints,
  type PointTimeRow,
} from '../sql/metrics/catalogue.js';
import { HOUR_NANO, type Range, storedRange } from '../time/time-range.js';
import { typeOf } from './read-selection.js';

export type MetricInfoInit = MessageInitShape<typeof MetricInfoSchema>;

/** As the contract says. */
const MAX_KEYS = 200;
const NANO_PER_MS = 1_000_000n;
const NANO_PER_SECOND = 1_000_000_000n;
/** Rows of series are written once a day; only of metrics seen since then can there be newer points. */
const SERIES_ROW_SECONDS = 86_400 + 3_600;

export interface DescribedMetric {
  readonly info: MetricInfoInit;
  readonly keys: MetricKeysRow | undefined;
}

/** Metrics of a list with their attributes and the time of their newest point. */
export async function describeMetrics(
  reading: Reading,
  rows: readonly MetricRow[],
): Promise<DescribedMetric[]> {
  if (rows.length === 0) return [];
  const recent = rows.filter(
    ({ last_seen }) => Number(last_seen) > reading.nowMs / 1000 - SERIES_ROW_SECONDS,
  );
  const [keys, newest] = await Promise.all([
    reading.rows<MetricKeysRow>(metricKeys(rows, storedRange(reading.nowMs, reading.reader.retentionDays))),
    recent.length === 0 ? [] : readNewest(reading, recent),
  ]);
  const keysById = new Map(keys.map((row) => [idOf(row), row]));
  const newestById = new Map(newest.map((row) => [idOf(row), BigInt(row.at) * NANO_PER_MS]));
  return rows.map((row) => {
    const own = keysById.get(idOf(row));
    const seen = BigInt(row.last_seen) * NANO_PER_SECOND;
    return { keys: own, info: toInfo(row, own, newestById.get(idOf(row)) ?? seen) };
  });
}

/** Of metrics with too many points to look at, the rows of their series must do. */
async function readNewest(reading: Reading, metrics: readonly MetricRef[]): Promise<readonly PointTimeRow[]> {
  try {
    return await reading.rows<PointTimeRow>(newestPoints(metrics, lastHour(reading.nowMs)));
  } catch (error) {
    if (error instanceof AppError && error.code === 'query_too_expensive') return [];
    throw error;
  }
}

/** Senders' clocks may be ahead. */
function lastHour(nowMs: number): Range {
  const nowUnixNano = BigInt(Math.trunc(nowMs)) * NANO_PER_MS;
  return { startUnixNano: nowUnixNano - HOUR_NANO, endUnixNano: nowUnixNano + HOUR_NANO };
}

function toInfo(
  row: MetricRow,
  keys: MetricKeysRow | undefined,
  lastIngestedUnixNano: bigint,
): MetricInfoInit {
  const own = keys?.attribute_keys ?? [];
  const further = (keys?.resource_keys ?? []).filter((key) => !own.includes(key));
  return {
    name: row.name,
    description: row.description,
    type: typeOf(row.kind),
    attributeKeys: [...own, ...further].slice(0, MAX_KEYS),
    lastIngestedUnixNano,
  };
}

export function idOf({ name, kind }: MetricRef): string {
  return `${kind} ${name}`;
}
