import type { ServiceImpl } from '@connectrpc/connect';
import type { LogQueryService } from '../../../../gen/es/gob/query/v1/logs_pb.js';
import { startReading } from '../../clickhouse/reading.js';
import type { QueryContext } from '../../context.js';
import { listLogValues } from '../../logs/log-attributes.js';

export function listLogAttributeValues(
  context: QueryContext,
): ServiceImpl<typeof LogQueryService>['listLogAttributeValues'] {
  return (request, call) => listLogValues(startReading(context, call), request);
}
