import type { ServiceImpl } from '@connectrpc/connect';
import type { LogQueryService } from '../../../../gen/es/gob/query/v1/logs_pb.js';
import { withReading } from '../../clickhouse/reading.js';
import type { QueryContext } from '../../context.js';
import { searchLogPage } from '../../logs/log-search.js';

export function searchLogs(context: QueryContext): ServiceImpl<typeof LogQueryService>['searchLogs'] {
  return (request, call) =>
    withReading(context, call, (reading) => searchLogPage(reading, request, context.pageTokenKey));
}
