import type { MessageInitShape } from '@bufbuild/protobuf';
import { SpanStatus, type TraceSummarySchema } from '../../../gen/es/gob/query/v1/query_pb.js';
import type { SpanRow } from '../sql/traces/trace-detail.js';
import { fromHex } from './span-row.js';

/** The summary of a trace of which every span is there, in order of start; spares asking for it. */
export function summaryOfSpans(
  traceId: string,
  rows: readonly SpanRow[],
): MessageInitShape<typeof TraceSummarySchema> {
  const root = rows.find((row) => row.parent_span_id === '');
  const lead = root ?? rows[0];
  const start = BigInt(rows[0]?.start ?? 0);
  const end = rows.reduce((latest, row) => maxOf(latest, BigInt(row.start) + BigInt(row.duration)), start);
  const total = BigInt(rows.length);
  return {
    traceId: fromHex(traceId),
    startUnixNano: start,
    durationNano: end - start,
    serviceName: lead?.service_name ?? '',
    operation: lead?.operation ?? '',
    totalSpans: total,
    matchedSpanCount: total,
    errorSpanCount: BigInt(rows.filter((row) => row.status === SpanStatus.ERROR).length),
    inProgress: root === undefined,
    status: root?.status ?? SpanStatus.UNSPECIFIED,
  };
}

function maxOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
