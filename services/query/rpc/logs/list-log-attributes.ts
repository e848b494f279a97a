import type { ServiceImpl } from '@connectrpc/connect';
import type { LogQueryService } from '../../../../gen/es/gob/query/v1/logs_pb.js';
import { startReading } from '../../clickhouse/reading.js';
import type { QueryContext } from '../../context.js';
import { listLogAttributeNames } from '../../logs/log-attributes.js';

export function listLogAttributes(
  context: QueryContext,
): ServiceImpl<typeof LogQueryService>['listLogAttributes'] {
  return (request, call) => listLogAttributeNames(startReading(context, call), request);
}
