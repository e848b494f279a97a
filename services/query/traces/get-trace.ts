import type { MessageInitShape } from '@bufbuild/protobuf';
import type { GetTraceResponseSchema } from '../../../gen/es/gob/query/v1/query_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import type { Reading } from '../clickhouse/reading.js';
import { type SpanRow, traceSpans } from '../sql/trace-detail.js';
import { fromHex, toHex, toSpan } from './span-row.js';
import { storedRange } from './time-range.js';

const TRACE_ID_BYTES = 16;

export interface GetTraceOptions {
  /** As received; refused unless 16 bytes, not all zero. */
  readonly traceId: Uint8Array;
  /** Most spans in an answer. */
  readonly maxSpans: number;
}

/** A whole trace or an error: `not_found`, or `query_too_expensive` when it does not fit in one answer. */
export async function getTraceSpans(
  reading: Reading,
  { traceId, maxSpans }: GetTraceOptions,
): Promise<MessageInitShape<typeof GetTraceResponseSchema>> {
  const id = readTraceId(traceId);
  const stored = storedRange(reading.nowMs, reading.reader.retentionDays);
  const rows = await reading.rows<SpanRow>(traceSpans({ traceId: id, stored, limit: maxSpans + 1 }));
  if (rows.length === 0)
    throw new AppError('not_found', `There is no trace ${id} in this project, or it is past its retention.`);
  if (rows.length > maxSpans)
    throw new AppError(
      'query_too_expensive',
      `Trace ${id} has more than ${maxSpans} spans, which is the most in one answer (QUERY_MAX_TRACE_SPANS).`,
    );
  return { traceId: fromHex(id), spans: rows.map(toSpan) };
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
