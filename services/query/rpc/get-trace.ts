import type { ServiceImpl } from '@connectrpc/connect';
import type { QueryService } from '../../../gen/es/gob/query/v1/query_pb.js';
import { withReading } from '../clickhouse/reading.js';
import type { QueryContext } from '../context.js';
import { getTracePage } from '../traces/get-trace.js';

export function getTrace(context: QueryContext): ServiceImpl<typeof QueryService>['getTrace'] {
  const { pageTokenKey, budget } = context;
  return ({ traceId, pageSize, pageToken }, call) =>
    withReading(context, call, (reading) =>
      getTracePage(reading, {
        traceId,
        pageSize,
        pageToken,
        pageTokenKey,
        maxSpans: budget.queryMaxTraceSpans,
      }),
    );
}
