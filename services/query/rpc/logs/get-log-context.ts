import type { ServiceImpl } from '@connectrpc/connect';
import type { LogQueryService } from '../../../../gen/es/gob/query/v1/logs_pb.js';
import { withReading } from '../../clickhouse/reading.js';
import type { QueryContext } from '../../context.js';
import { readLogContext } from '../../logs/log-context.js';

export function getLogContext(context: QueryContext): ServiceImpl<typeof LogQueryService>['getLogContext'] {
  return (request, call) => withReading(context, call, (reading) => readLogContext(reading, request));
}
