import type { ServiceImpl } from '@connectrpc/connect';
import type { QueryService } from '../../../gen/es/gob/query/v1/query_pb.js';
import { withReading } from '../clickhouse/reading.js';
import type { QueryContext } from '../context.js';
import { readSelection } from '../filter/read-selection.js';
import { readRange } from '../time/time-range.js';
import { traceAnalytics } from '../traces/analytics.js';
import { SPAN_FIELDS } from '../traces/span-fields.js';

export function getTraceAnalytics(
  context: QueryContext,
): ServiceImpl<typeof QueryService>['getTraceAnalytics'] {
  return (request, call) =>
    withReading(context, call, async (reading) =>
      traceAnalytics(reading, readRange(request.range), readSelection(request.selection, SPAN_FIELDS)),
    );
}
