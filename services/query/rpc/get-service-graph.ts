import type { ServiceImpl } from '@connectrpc/connect';
import type { QueryService } from '../../../gen/es/gob/query/v1/query_pb.js';
import { withReading } from '../clickhouse/reading.js';
import type { QueryContext } from '../context.js';
import { readRange } from '../time/time-range.js';
import { serviceGraph } from '../traces/service-graph.js';

export function getServiceGraph(context: QueryContext): ServiceImpl<typeof QueryService>['getServiceGraph'] {
  return (request, call) =>
    withReading(context, call, async (reading) => serviceGraph(reading, readRange(request.range)));
}
