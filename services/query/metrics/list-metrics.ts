import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  ListMetricsRequest,
  ListMetricsResponseSchema,
} from '../../../gen/es/gob/query/v1/metrics_pb.js';
import type { Reading } from '../clickhouse/reading.js';
import {
  allMetricKeys,
  type KeyRow,
  type MetricRow,
  metricList,
  metricsOfTraces,
  type PointTimeRow,
  rangeOfTraces,
  type TraceRangeRow,
} from '../sql/metrics/catalogue.js';
import { HOUR_NANO, type Range, storedRange } from '../time/time-range.js';
import { toHex } from '../traces/span-row.js';
import { describeMetrics, idOf } from './describe-metrics.js';
import { checkKey, checkText, invalid } from './read-selection.js';

const MAX_METRICS = 1_000;
const MAX_ALL_KEYS = 1_000;
/** Of each kind of condition. */
const MAX_CONDITIONS = 20;
const MAX_SEARCH_BYTES = 256;
const TRACE_ID_BYTES = 16;
const NANO_PER_MS = 1_000_000n;
/** Exporters send what they measured during a trace this much later at most. */
const EXPORT_DELAY_NANO = HOUR_NANO / 4n;

/** Answers a ListMetrics. */
export async function listStoredMetrics(
  reading: Reading,
  request: ListMetricsRequest,
): Promise<MessageInitShape<typeof ListMetricsResponseSchema>> {
  checkConditions(request);
  const stored = storedRange(reading.nowMs, reading.reader.retentionDays);
  const [metrics, keys] = await Promise.all([
    findMetrics(reading, request, stored),
    reading.rows<KeyRow>(allMetricKeys(stored, MAX_ALL_KEYS)),
  ]);
  return { metrics, attributeKeys: keys.map(({ key }) => key) };
}

async function findMetrics(reading: Reading, request: ListMetricsRequest, stored: Range) {
  const ofTraces = await findOfTraces(reading, request.traceIds, stored);
  if (ofTraces?.length === 0) return [];
  const rows = await reading.rows<MetricRow>(
    metricList({
      stored,
      search: request.search,
      attributeKeys: request.attributeKeys,
      among: ofTraces,
      limit: Math.min(request.limit || MAX_METRICS, MAX_METRICS),
    }),
  );
  const firstPoints = new Map(ofTraces?.map((row) => [idOf(row), BigInt(row.at) * NANO_PER_MS]));
  const described = await describeMetrics(reading, rows);
  return described.map(({ info }, index) => {
    const row = rows[index];
    return { ...info, tracePointUnixNano: (row && firstPoints.get(idOf(row))) ?? 0n };
  });
}

/** Metrics with exemplars of the traces; undefined when none are asked for. */
async function findOfTraces(
  reading: Reading,
  traceIds: readonly Uint8Array[],
  stored: Range,
): Promise<readonly PointTimeRow[] | undefined> {
  if (traceIds.length === 0) return undefined;
  const ids = traceIds.map(toHex);
  const [row] = await reading.rows<TraceRangeRow>(rangeOfTraces(ids, stored));
  const range = toRange(row, reading.nowMs);
  return reading.rows<PointTimeRow>(metricsOfTraces(ids, { range, limit: MAX_METRICS }));
}

/** Exemplars of traces that are not stored, since they were not sampled, are mostly asked for soon. */
function toRange(row: TraceRangeRow | undefined, nowMs: number): Range {
  const nowUnixNano = BigInt(Math.trunc(nowMs)) * NANO_PER_MS;
  if (row === undefined || row.last === '0')
    return { startUnixNano: nowUnixNano - 24n * HOUR_NANO, endUnixNano: nowUnixNano + HOUR_NANO };
  return { startUnixNano: BigInt(row.first), endUnixNano: BigInt(row.last) + EXPORT_DELAY_NANO };
}

function checkConditions({ search, attributeKeys, traceIds }: ListMetricsRequest): void {
  for (const [field, values] of Object.entries({
    search,
    attribute_keys: attributeKeys,
    trace_ids: traceIds,
  }))
    if (values.length > MAX_CONDITIONS)
      throw invalid(field, `${field} has ${values.length} values; at most ${MAX_CONDITIONS} are allowed.`);
  for (const text of search) checkText('search', text, MAX_SEARCH_BYTES);
  for (const key of attributeKeys) checkKey('attribute_keys', key);
  for (const { length } of traceIds)
    if (length !== TRACE_ID_BYTES)
      throw invalid('trace_ids', `trace_ids has an id of ${length} bytes; it must have ${TRACE_ID_BYTES}.`);
}
