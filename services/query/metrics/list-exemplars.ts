import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  ListExemplarsRequest,
  ListExemplarsResponseSchema,
} from '../../../gen/es/gob/query/v1/metrics_pb.js';
import { type ExemplarRow, newestExemplars } from '../sql/metrics/exemplars.js';
import { fromHex } from '../traces/span-row.js';
import { parseNumber } from './lines/number-text.js';
import { explainExpression, type MetricReading, readAsked } from './metric-reading.js';
import { invalid, readKind } from './read-selection.js';
import { EACH_SERIES } from './selection.js';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;
const NANO_PER_MS = 1_000_000n;

/** Answers a ListExemplars. */
export async function listNewestExemplars(
  context: MetricReading,
  { selection, limit }: ListExemplarsRequest,
): Promise<MessageInitShape<typeof ListExemplarsResponseSchema>> {
  if (readKind('selection.type', selection?.type ?? 0) === 'summary')
    throw invalid('selection.type', 'selection.type must not be a summary: those have no exemplars.');
  const asked = readAsked(context, selection);
  if (!asked) return { exemplars: [], hasMore: false };
  const startMs = asked.range.startUnixNano / NANO_PER_MS;
  const endMs = asked.range.endUnixNano / NANO_PER_MS;
  const window = { firstMs: startMs, fromMs: startMs, endMs, stepMs: 0n };
  const query = { selection: asked.selection, groupBy: EACH_SERIES, window } as const;
  const most = Math.min(limit || DEFAULT_LIMIT, MAX_LIMIT);
  const rows = await context.reading
    .rows<ExemplarRow>(newestExemplars(query, most + 1))
    .catch(explainExpression);
  return { exemplars: rows.slice(0, most).map(toExemplar), hasMore: rows.length > most };
}

function toExemplar(row: ExemplarRow) {
  return {
    timeUnixNano: BigInt(row.taken_at) * NANO_PER_MS,
    value: parseNumber(row.value),
    traceId: fromHex(row.trace_id),
    spanId: fromHex(row.span_id),
    attributes: { ...row.attributes },
    seriesAttributes: { ...row.series_attributes },
    serviceName: row.service_name,
  };
}
