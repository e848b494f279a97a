import type { MessageInitShape } from '@bufbuild/protobuf';
import type { GetTraceResponseSchema, TraceSummarySchema } from '../../../gen/es/gob/query/v1/query_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import type { Reading } from '../clickhouse/reading.js';
import { type ExtentRow, type SpanRow, traceExtent, traceSpans } from '../sql/traces/trace-detail.js';
import { type Range, storedRange } from '../time/time-range.js';
import { fromHex, toHex, toSpan } from './span-row.js';
import { readSpanToken, type SpanPosition, writeSpanToken } from './span-token.js';
import { summaryOfSpans } from './summary-of-spans.js';
import { toSummary } from './summary-row.js';

const TRACE_ID_BYTES = 16;
const DEFAULT_PAGE_SIZE = 2_000;

export interface GetTraceOptions {
  /** As received; refused unless 16 bytes, not all zero. */
  readonly traceId: Uint8Array;
  /** As received; 0 means 2000. */
  readonly pageSize: number;
  /** As received; empty for the first page. */
  readonly pageToken: string;
  readonly pageTokenKey: Uint8Array;
  /** Most spans in an answer. */
  readonly maxSpans: number;
}

/** A trace, or a page of one that does not fit in an answer; `not_found` when nothing of it is stored. */
export async function getTracePage(
  reading: Reading,
  options: GetTraceOptions,
): Promise<MessageInitShape<typeof GetTraceResponseSchema>> {
  const { pageTokenKey: key, pageToken } = options;
  const traceId = readTraceId(options.traceId);
  const binding = { reader: reading.reader, traceId };
  const after = pageToken === '' ? undefined : readSpanToken(key, pageToken, binding);
  const pageSize = Math.min(options.pageSize || DEFAULT_PAGE_SIZE, options.maxSpans);
  const stored = storedRange(reading.nowMs, reading.reader.retentionDays);
  const read = await reading.rows<SpanRow>(traceSpans({ traceId, stored, after, limit: pageSize + 1 }));
  const rows = read.slice(0, pageSize);
  const [last] = rows.slice(-1);
  if (!last && !after)
    throw new AppError(
      'not_found',
      `There is no trace ${traceId} in this project, or it is past its retention.`,
    );
  const isWhole = !after && read.length === rows.length;
  return {
    traceId: fromHex(traceId),
    spans: rows.map(toSpan),
    summary: isWhole ? summaryOfSpans(traceId, rows) : await extentOf(reading, { traceId, stored }),
    nextPageToken: last && read.length > rows.length ? writeSpanToken(key, positionOf(last), binding) : '',
  };
}

async function extentOf(
  reading: Reading,
  trace: { traceId: string; stored: Range },
): Promise<MessageInitShape<typeof TraceSummarySchema> | undefined> {
  const [row] = await reading.rows<ExtentRow>(traceExtent(trace));
  return row && toSummary(row, row.spans);
}

function positionOf(row: SpanRow): SpanPosition {
  return { startUnixNano: BigInt(row.start), spanId: row.span_id };
}

function readTraceId(traceId: Uint8Array): string {
  if (traceId.length !== TRACE_ID_BYTES)
    throw new AppError('invalid_argument', `trace_id has ${traceId.length} bytes; it must have 16.`, {
      field: 'trace_id',
    });
  if (traceId.every((byte) => byte === 0))
    throw new AppError('invalid_argument', 'trace_id is all zero, which names no trace.', {
      field: 'trace_id',
    });
  return toHex(traceId);
}
