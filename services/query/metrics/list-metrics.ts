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
} from '../sql/metrics/catalogue.js';
import { type Range, storedRange } from '../time/time-range.js';
import { toHex } from '../traces/span-row.js';
import { describeMetrics, idOf } from './describe-metrics.js';
import { exemplarRange } from './exemplar-range.js';
import { checkKey, checkText, invalid } from './read-selection.js';

const MAX_METRICS = 1_000;
const MAX_ALL_KEYS = 1_000;
/** Of each kind of condition. */
const MAX_CONDITIONS = 20;
const MAX_SEARCH_BYTES = 256;
const TRACE_ID_BYTES = 16;
const NANO_PER_MS = 1_000_000n;

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
  const ofTraces = await findOfTraces(reading, request.traceIds);
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
): Promise<readonly PointTimeRow[] | undefined> {
  if (traceIds.length === 0) return undefined;
  const ids = traceIds.map(toHex);
  const range = await exemplarRange(reading, ids);
  return reading.rows<PointTimeRow>(metricsOfTraces(ids, { range, limit: MAX_METRICS }));
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
