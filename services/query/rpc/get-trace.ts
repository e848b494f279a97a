import type { ServiceImpl } from '@connectrpc/connect';
import type { QueryService } from '../../../gen/es/gob/query/v1/query_pb.js';
import { startReading } from '../clickhouse/reading.js';
import type { QueryContext } from '../context.js';
import { getTraceSpans } from '../traces/get-trace.js';

export function getTrace(context: QueryContext): ServiceImpl<typeof QueryService>['getTrace'] {
  return ({ traceId }, call) =>
    getTraceSpans(startReading(context, call), { traceId, maxSpans: context.budget.queryMaxTraceSpans });
}
