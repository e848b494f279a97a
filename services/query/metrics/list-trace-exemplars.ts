import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  ListTraceExemplarsRequest,
  ListTraceExemplarsResponseSchema,
  MetricExemplarSchema,
} from '../../../gen/es/gob/query/v1/metrics_pb.js';
import type { Reading } from '../clickhouse/reading.js';
import {
  exemplarsOfTrace,
  labelsOfSeries,
  type SeriesLabelsRow,
  type TraceExemplarRow,
} from '../sql/metrics/trace-exemplars.js';
import { storedRange } from '../time/time-range.js';
import { fromHex, toHex } from '../traces/span-row.js';
import { exemplarRange } from './exemplar-range.js';
import { parseNumber } from './lines/number-text.js';
import { invalid, typeOf } from './read-selection.js';

const TRACE_ID_BYTES = 16;
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;
const NANO_PER_MS = 1_000_000n;

/** Answers a ListTraceExemplars: what was measured during a trace. */
export async function listExemplarsOfTrace(
  reading: Reading,
  { traceId, limit }: ListTraceExemplarsRequest,
): Promise<MessageInitShape<typeof ListTraceExemplarsResponseSchema>> {
  if (traceId.length !== TRACE_ID_BYTES)
    throw invalid('trace_id', `trace_id has ${traceId.length} bytes; it must have ${TRACE_ID_BYTES}.`);
  const hex = toHex(traceId);
  const most = Math.min(limit || DEFAULT_LIMIT, MAX_LIMIT);
  const range = await exemplarRange(reading, [hex]);
  const rows = await reading.rows<TraceExemplarRow>(exemplarsOfTrace(hex, { range, limit: most + 1 }));
  const shown = rows.slice(0, most);
  const labels = await readLabels(reading, shown);
  return {
    exemplars: shown.map((row) => toMetricExemplar({ row, traceId, labels: labels.get(row.series_id) })),
    hasMore: rows.length > most,
  };
}

async function readLabels(
  reading: Reading,
  rows: readonly TraceExemplarRow[],
): Promise<ReadonlyMap<string, SeriesLabelsRow>> {
  if (rows.length === 0) return new Map();
  const stored = storedRange(reading.nowMs, reading.reader.retentionDays);
  const labels = await reading.rows<SeriesLabelsRow>(labelsOfSeries(rows, stored));
  return new Map(labels.map((row) => [row.series_id, row]));
}

interface Found {
  readonly row: TraceExemplarRow;
  readonly traceId: Uint8Array;
  /** Absent once the row of the series is past its retention. */
  readonly labels: SeriesLabelsRow | undefined;
}

function toMetricExemplar({ row, traceId, labels }: Found): MessageInitShape<typeof MetricExemplarSchema> {
  return {
    metricName: row.name,
    metricType: typeOf(row.kind),
    unit: labels?.unit ?? '',
    exemplar: {
      timeUnixNano: BigInt(row.taken_at) * NANO_PER_MS,
      value: parseNumber(row.value),
      traceId,
      spanId: fromHex(row.span_id),
      attributes: { ...row.attributes },
      seriesAttributes: { ...labels?.attributes },
      serviceName: labels?.service_name ?? '',
    },
  };
}
