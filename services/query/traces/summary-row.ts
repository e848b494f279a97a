import type { MessageInitShape } from '@bufbuild/protobuf';
import type { TraceSummarySchema } from '../../../gen/es/gob/query/v1/query_pb.js';
import type { SummaryRow } from '../sql/traces/trace-summaries.js';
import { fromHex } from './span-row.js';

/** A row of summaries as the contract's trace. */
export function toSummary(row: SummaryRow, matched: string): MessageInitShape<typeof TraceSummarySchema> {
  return {
    traceId: fromHex(row.trace_id),
    startUnixNano: BigInt(row.start),
    durationNano: BigInt(row.duration),
    serviceName: row.service_name,
    operation: row.operation,
    totalSpans: BigInt(row.spans),
    matchedSpanCount: BigInt(matched),
    errorSpanCount: BigInt(row.errors),
    inProgress: row.has_root === 0,
    status: row.root_status,
  };
}
